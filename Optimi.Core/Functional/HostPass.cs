using System.Buffers;
using System.Runtime.InteropServices;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// Steps a list of tensors in the caller's memory, all in one pass of the threads. One for each calling thread and rule, which is
/// used again and again, so that a step allocates nothing.
/// </summary>
internal sealed unsafe class HostPass<TRule>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    [ThreadStatic]
    private static HostPass<TRule>? _ofThread;

    private readonly ParallelWork _work;
    private readonly List<MemoryHandle> _pinned = [];
    private Entry[] _entries = new Entry[4];
    private float[] _rows = [];
    private float[] _sums = [];
    private int _count;
    private int _tiles;
    private int _parts;
    private bool _measures;

    private HostPass() => _work = new ParallelWork(RunPart);

    /// <summary>The thread's pass, for one step; another one if the step is made from within a step.</summary>
    public static HostPass<TRule> Take()
    {
        HostPass<TRule> pass = _ofThread ?? new();
        _ofThread = null;
        return pass;
    }

    /// <summary>Steps one tensor.</summary>
    public static void RunAlone(
        RuleOptions<TRule> options,
        in StepContext context,
        SlotLayout layout,
        in SlotAddresses slots,
        long length,
        Type lane,
        int threads)
    {
        HostPass<TRule> pass = Take();
        try
        {
            pass.Add(HostFunctions<TRule>.Of(layout, context.Accumulates, lane), slots, length);
            pass.Run(options, context, threads);
        }
        finally
        {
            pass.Return();
        }
    }

    /// <summary>Pins memory until the run is over.</summary>
    public nint Pin(TensorMemory memory)
    {
        MemoryHandle handle = memory.Pin();
        _pinned.Add(handle);
        return (nint)handle.Pointer;
    }

    /// <summary>Adds a tensor, whose memory stays where it is until the run is over.</summary>
    public void Add(HostFunction<TRule> function, in SlotAddresses slots, long length)
    {
        if (_count == _entries.Length)
            Array.Resize(ref _entries, 2 * _count);
        var extent = TensorExtent.Of(_tiles, length);
        _entries[_count++] = new Entry(function, TileRun.Of(slots, extent, function.UnpaddedSlots), extent);
        _tiles = checked(_tiles + extent.TileCount);
    }

    /// <summary>Forgets the tensors, lets go of their memory, and gives the pass back.</summary>
    public void Return()
    {
        Array.Clear(_entries, 0, _count);
        _count = _tiles = 0;
        foreach (MemoryHandle handle in _pinned)
            handle.Dispose();
        _pinned.Clear();
        _ofThread = this;
    }

    /// <summary>Steps what was added.</summary>
    public void Run(RuleOptions<TRule> options, in StepContext context, int threads) =>
        Run(options, context, threads, SurroundingScalars.None);

    /// <summary>Steps what was added, with what an optimizer does around its rule.</summary>
    public void Run(RuleOptions<TRule> options, in StepContext context, int threads, in SurroundingScalars around)
    {
        WriteRows(options.Rule(context), options.ScalarsOf(context), context.Step == 1, around);
        _parts = ParallelWork.PartsOf(_tiles);
        if (TRule.Measures && !context.Accumulates)
        {
            Grow(ref _sums, _tiles);
            _measures = true;
            _work.Run(_parts, threads);
            for (int i = 0; i < _count; i++)
                FinishRow(i);
        }

        _measures = false;
        _work.Run(_parts, threads);
    }

    private void WriteRows(in TRule rule, in UpdateScalars scalars, bool isFirstStep, in SurroundingScalars around)
    {
        int floats = 0;
        for (int i = 0; i < _count; i++)
        {
            _entries[i].Row = floats;
            floats += _entries[i].Function.RowLength;
        }

        Grow(ref _rows, floats);
        for (int i = 0; i < _count; i++)
            _entries[i].Terms = _entries[i].Function.WriteRow(RowOf(i), rule, scalars, isFirstStep, around);
    }

    private void RunPart(int part)
    {
        int at = (int)((long)_tiles * part / _parts);
        int end = (int)((long)_tiles * (part + 1) / _parts);
        for (int i = EntryAt(at); at < end; i++)
        {
            ref Entry entry = ref _entries[i];
            int tiles = Math.Min(entry.Extent.EndTile, end) - at;
            if (_measures)
                entry.Function.Measure(entry.Terms, RowOf(i), entry.Run, at, tiles, new(in entry.Extent), SumsFrom(0));
            else
                entry.Function.Run(entry.Terms, RowOf(i), entry.Run, at, tiles);
            at += tiles;
        }
    }

    /// <summary>The tensor that a tile is of.</summary>
    private int EntryAt(int tile)
    {
        int low = 0;
        for (int high = _count - 1; low < high;)
        {
            int middle = (low + high + 1) / 2;
            if (_entries[middle].Extent.FirstTile <= tile)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    private float* RowOf(int entry) => (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_rows, _entries[entry].Row);

    private float* SumsFrom(int tile) => (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_sums, tile);

    /// <summary>Turns a tensor's row into that of the second pass.</summary>
    private void FinishRow(int entry)
    {
        HostFunction<TRule> function = _entries[entry].Function;
        TensorExtent extent = _entries[entry].Extent;
        float sum = function.SumUp(SumsFrom(extent.FirstTile), extent.TileCount);
        function.WriteMeasuredRow(RowOf(entry), sum, extent.InverseLength, RowOf(entry));
    }

    private static void Grow(ref float[] floats, int length)
    {
        if (floats.Length < length)
            floats = GC.AllocateUninitializedArray<float>(Math.Max(length, 2 * floats.Length), pinned: true);
    }

    private struct Entry(HostFunction<TRule> function, TileRun run, TensorExtent extent)
    {
        public readonly HostFunction<TRule> Function = function;
        public readonly TileRun Run = run;
        public readonly TensorExtent Extent = extent;
        public int Row;
        public Terms Terms;
    }
}
