using System.Runtime.InteropServices;

namespace Optimi.Bench;

/// <summary>
/// The streaming limit of the host: the passes of a step with one addition for each block, in the shape that proved fastest
/// over all rounds. (The fastest of each round would compare the luckiest of several with one step.)
/// </summary>
internal sealed unsafe class HostLimit : IMemoryLimit
{
    private const int Kept = 3;

    private readonly List<double> _copyRates = [];
    private readonly IReadOnlyList<(StreamShape Shape, List<double> Seconds)> _shapes;
    private readonly IReadOnlyList<StreamPass> _passes;
    private readonly int _repeats;
    private readonly IReadOnlyCollection<HostMemory> _owned;
    private readonly HostMemory _source;
    private readonly HostMemory _target;

    /// <summary>Tries all shapes and keeps the fastest few.</summary>
    /// <param name="traffic">What a step moves.</param>
    /// <param name="length">How many numbers each slab has.</param>
    /// <param name="repeats">How often to run the passes in a round.</param>
    /// <param name="slabOf">Where the slab of a slot starts.</param>
    /// <param name="owned">Slabs to free in the end.</param>
    public HostLimit(
        Traffic traffic, long length, int repeats, Func<TrafficSlot, nint> slabOf, IReadOnlyCollection<HostMemory>? owned = null)
    {
        _passes = [.. traffic.Passes.Select(pass => new StreamPass(
            [.. pass.Select(slot => new StreamSlab(slabOf(slot), slot.Bytes, slot.IsWritten))], length))];
        _repeats = repeats;
        _owned = owned ?? [];
        // A copy is measured over as much memory as a step, so that caches serve both alike.
        long footprint = length * traffic.Slots.Sum(slot => slot.Bytes);
        _source = new HostMemory(footprint / 2);
        _target = new HostMemory(footprint / 2);
        WarmUp(StreamShape.All[0]);
        _shapes = [.. StreamShape.All
            .OrderBy(Seconds)
            .Take(Kept)
            .Select(shape => (shape, new List<double>()))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<double> Rates
    {
        get
        {
            double bytes = (double)_repeats * _passes.Sum(pass => pass.Bytes);
            return [.. _shapes.MinBy(shape => Samples.Median(shape.Seconds)).Seconds.Select(seconds => bytes / seconds)];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<double> CopyRates => _copyRates;

    /// <inheritdoc/>
    public void Measure()
    {
        _copyRates.Add(2.0 * _repeats * _source.Bytes / CopySeconds(_shapes[0].Shape.Parts));
        WarmUp(_shapes[0].Shape);
        foreach ((StreamShape shape, List<double> seconds) in _shapes)
            seconds.Add(Seconds(shape));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        _target.Dispose();
        foreach (HostMemory slab in _owned)
            slab.Dispose();
    }

    /// <summary>Behind other memory: a large cache is to hold for every shape what it holds for a step.</summary>
    private void WarmUp(StreamShape shape) => Seconds(shape);

    private double Seconds(StreamShape shape)
    {
        Action<int, int>[] walks = [.. _passes.Select(pass => pass.In(shape.Block))];
        // An empty part, so that no compiling is timed.
        foreach (Action<int, int> walk in walks)
            walk(0, int.MaxValue);
        return StreamThreads.Seconds(
            _repeats * walks.Length * shape.Parts,
            claimed => walks[claimed / shape.Parts % walks.Length](claimed % shape.Parts, shape.Parts));
    }

    private double CopySeconds(int parts) => StreamThreads.Seconds(_repeats * parts, claimed =>
    {
        int part = claimed % parts;
        long from = _source.Bytes * part / parts;
        long to = _source.Bytes * (part + 1) / parts;
        NativeMemory.Copy((byte*)_source.Address + from, (byte*)_target.Address + from, (nuint)(to - from));
    });
}
