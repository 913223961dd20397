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
    private readonly StreamPass[][] _passesOfCopies;
    private readonly int _repeats;
    private readonly IReadOnlyCollection<HostMemory> _owned;
    private readonly HostMemory _source;
    private readonly HostMemory _target;
    private readonly long _copiedBytes;
    private int _nextCopy;

    /// <summary>Tries all shapes and keeps the fastest few.</summary>
    /// <param name="traffic">What a step moves.</param>
    /// <param name="tiles">How many tiles each slab has.</param>
    /// <param name="repeats">How often to run the passes in a round.</param>
    /// <param name="slabsOfCopies">For each copy of the slabs where that of a slot starts. They are walked in turn.</param>
    /// <param name="owned">Slabs to free in the end.</param>
    public HostLimit(
        Traffic traffic,
        long tiles,
        int repeats,
        IReadOnlyList<Func<TrafficSlot, nint>> slabsOfCopies,
        IReadOnlyCollection<HostMemory>? owned = null)
    {
        _passesOfCopies = [.. slabsOfCopies.Select(slabOf => traffic.Passes.SelectMany(pass => StreamWalks.Of(
            [.. pass.Select(slot => new StreamSlab(slabOf(slot), tiles * slot.TileBytes, slot.IsWritten))], tiles)).ToArray())];
        _repeats = repeats;
        _owned = owned ?? [];
        // A memory copy is measured over as much memory as a step, so that caches serve both alike.
        _copiedBytes = tiles * traffic.Slots.Sum(slot => slot.TileBytes) / 2;
        _source = new HostMemory(_copiedBytes * slabsOfCopies.Count);
        _target = new HostMemory(_copiedBytes * slabsOfCopies.Count);
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
            double bytes = (double)_repeats * _passesOfCopies[0].Sum(pass => pass.Bytes);
            return [.. _shapes.MinBy(shape => Samples.Median(shape.Seconds)).Seconds.Select(seconds => bytes / seconds)];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<double> CopyRates => _copyRates;

    /// <inheritdoc/>
    public void Measure()
    {
        _copyRates.Add(2.0 * _repeats * _copiedBytes / CopySeconds(_shapes[0].Shape.Parts));
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
        Action<int, int>[][] walks = [.. _passesOfCopies.Select(
            passes => passes.Select(pass => pass.In(shape.Block)).ToArray())];
        // An empty part, so that no compiling is timed.
        foreach (Action<int, int> walk in walks[0])
            walk(0, int.MaxValue);
        int passes = walks[0].Length;
        int firstCopy = TakeCopies();
        return StreamThreads.Seconds(_repeats * passes * shape.Parts, claimed =>
        {
            (int pass, int part) = Math.DivRem(claimed, shape.Parts);
            walks[(firstCopy + (pass / passes)) % walks.Length][pass % passes](part, shape.Parts);
        });
    }

    private double CopySeconds(int parts)
    {
        int firstCopy = TakeCopies();
        return StreamThreads.Seconds(_repeats * parts, claimed =>
        {
            (int repeat, int part) = Math.DivRem(claimed, parts);
            long start = (firstCopy + repeat) % _passesOfCopies.Length * _copiedBytes;
            long from = start + (_copiedBytes * part / parts);
            long to = start + (_copiedBytes * (part + 1) / parts);
            NativeMemory.Copy((byte*)_source.Address + from, (byte*)_target.Address + from, (nuint)(to - from));
        });
    }

    /// <summary>The copy to begin with; those after it are for the repeats that follow.</summary>
    private int TakeCopies()
    {
        int first = _nextCopy;
        _nextCopy = (first + _repeats) % _passesOfCopies.Length;
        return first;
    }
}
