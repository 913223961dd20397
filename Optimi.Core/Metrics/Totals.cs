using System.Diagnostics.Metrics;

namespace Optimi;

/// <summary>
/// What an instrument reads: a total for each device, or for each optimizer on it, by name. Listeners read it when they like, on threads
/// of their own. No step, device or optimizer takes part, so none is kept alive or waited for.
/// </summary>
internal sealed class Totals
{
    private readonly Lock _gate = new();

    /// <summary>They are few: devices and optimizers of one name share one.</summary>
    private readonly List<Total> _totals = [];

    /// <summary>The total of a device, or of an optimizer on it.</summary>
    public Total Of(string device, string? optimizer = null)
    {
        lock (_gate)
        {
            Total? total = _totals.Find(total => total.Device == device && total.Optimizer == optimizer);
            if (total is null)
                _totals.Add(total = new Total(device, optimizer));
            return total;
        }
    }

    /// <summary>All totals as they are now.</summary>
    public IEnumerable<Measurement<long>> Measure()
    {
        lock (_gate)
            return _totals.ConvertAll(total => total.Measure());
    }
}
