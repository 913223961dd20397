using System.Diagnostics.Metrics;

namespace Optimi;

/// <summary>A sum over all devices or optimizers of one name, those that are gone included.</summary>
internal sealed class Total(string device, string? optimizer)
{
    private readonly KeyValuePair<string, object?>[] _tags = optimizer is null
        ? [new(Telemetry.DeviceTag, device)]
        : [new(Telemetry.DeviceTag, device), new(Telemetry.OptimizerTag, optimizer)];

    private readonly Lock _gate = new();
    private readonly List<Tally> _tallies = [];
    private long _sum;

    /// <summary>The device's name.</summary>
    public string Device => device;

    /// <summary>The optimizer's name; null for all that the device does.</summary>
    public string? Optimizer => optimizer;

    /// <summary>Adds a number, which may be negative: from any thread.</summary>
    public void Add(long number) => Interlocked.Add(ref _sum, number);

    /// <summary>A share of the sum that one owner adds to, without the cost of sharing it with other threads.</summary>
    /// <param name="owner">The owner. It is not kept alive; what it has counted stays.</param>
    public Tally Begin(object owner)
    {
        var tally = new Tally(owner);
        lock (_gate)
        {
            _tallies.RemoveAll(TakeIfGone);
            _tallies.Add(tally);
        }

        return tally;
    }

    /// <summary>The sum and its tags.</summary>
    public Measurement<long> Measure()
    {
        lock (_gate)
        {
            long sum = Interlocked.Read(ref _sum);
            foreach (Tally tally in _tallies)
                sum += tally.Count;
            return new(sum, _tags);
        }
    }

    /// <summary>Adds the share of an owner that is gone.</summary>
    private bool TakeIfGone(Tally tally)
    {
        if (tally.IsOpen)
            return false;
        Add(tally.Count);
        return true;
    }
}
