using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Optimi.Kernels;

namespace Optimi;

/// <summary>A launch on the host's cores and vector units.</summary>
internal sealed unsafe class HostLaunch<TRule> : RuleLaunch<TRule>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    private readonly HostFunction<TRule> _function;
    private readonly int[] _tileBytes;
    private readonly ParallelWork _work;
    private readonly float[] _sums;
    private readonly List<TileRun> _runs = [];

    /// <summary>Whether each tensor shares a run with others.</summary>
    private readonly bool[] _isJoined;

    private readonly List<Terms> _termsOfRows = [];
    private float[] _rows;
    private LaunchRange _rangeOfRuns;
    private int _parts;
    private bool _measures;

    /// <param name="memory">What is stepped.</param>
    /// <param name="function">The rule as a function of memory.</param>
    /// <param name="accumulates">Whether it only accumulates into states.</param>
    public HostLaunch(LaunchMemory memory, HostFunction<TRule> function, bool accumulates)
        : base(memory, accumulates)
    {
        _function = function;
        _tileBytes = [.. Enumerable.Range(0, Slot.Count).Select(memory.Layout.TileBytes)];
        _isJoined = new bool[memory.Extents.Length];
        _work = new ParallelWork(RunPart);
        _rows = NewRows(InitialRows);
        _sums = IsInTwoPasses ? Device.Allocator.AllocateManaged<float>(memory.TileCount, isPinned: true) : [];
    }

    public override void Begin()
    {
        base.Begin();
        _termsOfRows.Clear();
        _rangeOfRuns = default;
    }

    public override void MoveGradient(int tensor)
    {
        if (_isJoined[tensor])
            _rangeOfRuns = default;
    }

    public override void Run()
    {
        Device.CountLaunches(IsInTwoPasses ? 3 : 1);
        JoinRuns();
        if (IsInTwoPasses)
            RunMeasure();
        _measures = false;
        _work.Run(_parts, Device.Threads);
    }

    /// <summary>Makes the first of two passes alone.</summary>
    public void Measure()
    {
        Device.CountLaunches(1);
        JoinRuns();
        RunMeasure();
    }

    /// <summary>The sum of what was measured of a tensor that takes part.</summary>
    public float SumOf(int tensor)
    {
        TensorExtent extent = Memory.Extents[tensor];
        return extent.TileCount switch
        {
            0 => 0,
            > TreeSum.BlockLength => *SumsFrom(extent.FirstTile),
            int tiles => _function.SumUp(SumsFrom(extent.FirstTile), tiles),
        };
    }

    protected override void AddRow(int row, in TRule rule, in UpdateScalars scalars, bool isFirstStep, in SurroundingScalars around)
    {
        if ((row + 1) * _function.RowLength > _rows.Length)
        {
            float[] larger = NewRows(2 * (row + 1));
            _rows.CopyTo(larger, 0);
            _rows = larger;
        }

        Terms terms = _function.WriteRow(RowAt(row), rule, scalars, isFirstStep, around);
        if (row == _termsOfRows.Count)
            _termsOfRows.Add(terms);
        else
            _termsOfRows[row] = terms;
    }

    private void JoinRuns()
    {
        if (_rangeOfRuns != Range)
            FindRuns();
        _rangeOfRuns = Range;
        _parts = ParallelWork.PartsOf(Range.TileCount);
    }

    private void RunMeasure()
    {
        _measures = true;
        _work.Run(_parts, Device.Threads);
        SumUpLargeTensors();
    }

    private float[] NewRows(int count) =>
        Device.Allocator.AllocateManaged<float>((long)count * _function.RowLength, isPinned: true);

    private float* RowAt(int row) => (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_rows, row * _function.RowLength);

    private float* SumsFrom(int tile) => (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_sums, tile);

    /// <summary>Puts the sum of each tensor of more than a block of tiles where its first tile's was.</summary>
    private void SumUpLargeTensors()
    {
        for (int i = Range.FirstTensor; i < Range.FirstTensor + Range.TensorCount; i++)
        {
            TensorExtent extent = Memory.Extents[i];
            if (TakesPart(i) && extent.TileCount > TreeSum.BlockLength)
                *SumsFrom(extent.FirstTile) = _function.SumUp(SumsFrom(extent.FirstTile), extent.TileCount);
        }
    }

    /// <summary>Writes a tensor's row for the second pass, from its sums. Whoever needs it makes it: of thousands, one thread alone would
    /// take too long.</summary>
    private void WriteMeasuredRow(int tensor, float* row)
    {
        TensorExtent extent = Memory.Extents[tensor];
        _function.WriteMeasuredRow(RowAt(Steps[tensor].Row), SumOf(tensor), extent.InverseLength, row);
    }

    private void RunPart(int part)
    {
        int at = Range.FirstTile + (int)((long)Range.TileCount * part / _parts);
        int end = Range.FirstTile + (int)((long)Range.TileCount * (part + 1) / _parts);
        if (IsInTwoPasses && !_measures)
            RunTensors(at, end);
        else
            RunRuns(at, end);
    }

    private void RunRuns(int at, int end)
    {
        ReadOnlySpan<TileRun> runs = CollectionsMarshal.AsSpan(_runs);
        for (int i = RunAt(runs, at); i < runs.Length && runs[i].FirstTile < end; i++)
        {
            TileRun run = runs[i];
            run.Slots[Slot.Gradients] = Memory.Places[run.Tensor].Slots[Slot.Gradients];
            run.UnpaddedSlots = Memory.UnpaddedSlotsOf(run.Tensor);
            int from = Math.Max(at, run.FirstTile);
            int tiles = Math.Min(end, run.EndTile) - from;
            Terms terms = _termsOfRows[run.Row];
            if (_measures)
                _function.Measure(terms, RowAt(run.Row), run, from, tiles, Memory.Extents.AsSpan(run.Tensor), SumsFrom(0));
            else
                _function.Run(terms, RowAt(run.Row), run, from, tiles);
        }
    }

    /// <summary>The second of two passes, in which each tensor has its own row. Optimized from the first call on, which may be of
    /// thousands of tensors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunTensors(int at, int end)
    {
        float* row = stackalloc float[_function.RowLength];
        TensorExtent[] extents = Memory.Extents;
        for (int i = TensorAt(at); i < extents.Length && extents[i].FirstTile < end; i++)
        {
            if (!TakesPart(i) || extents[i].TileCount == 0)
                continue;
            int from = Math.Max(at, extents[i].FirstTile);
            int tiles = Math.Min(end, extents[i].EndTile) - from;
            WriteMeasuredRow(i, row);
            _function.Run(_termsOfRows[Steps[i].Row], row, RunOf(i), from, tiles);
        }
    }

    /// <summary>The first run that ends behind a tile.</summary>
    private static int RunAt(ReadOnlySpan<TileRun> runs, int tile)
    {
        int low = 0;
        for (int high = runs.Length; low < high;)
        {
            int middle = (low + high) / 2;
            if (runs[middle].EndTile <= tile)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>The first tensor that ends behind a tile.</summary>
    private int TensorAt(int tile)
    {
        int low = Range.FirstTensor;
        for (int high = low + Range.TensorCount; low < high;)
        {
            int middle = (low + high) / 2;
            if (Memory.Extents[middle].EndTile <= tile)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private TileRun RunOf(int tensor)
    {
        var run = TileRun.Of(Memory.Places[tensor].Slots, Memory.Extents[tensor], Memory.UnpaddedSlotsOf(tensor));
        run.Row = Steps[tensor].Row;
        run.Tensor = tensor;
        return run;
    }

    /// <summary>Joins the tiles of the tensors that take part to runs.</summary>
    private void FindRuns()
    {
        _runs.Clear();
        for (int i = Range.FirstTensor; i < Range.FirstTensor + Range.TensorCount; i++)
        {
            if (!TakesPart(i) || Memory.Extents[i].TileCount == 0)
                continue;
            TileRun run = RunOf(i);
            if (_runs.Count > 0 && Continues(CollectionsMarshal.AsSpan(_runs)[^1], run))
            {
                ref TileRun joined = ref CollectionsMarshal.AsSpan(_runs)[^1];
                joined.EndTile = run.EndTile;
                _isJoined[joined.Tensor] = _isJoined[i] = true;
            }
            else
            {
                _isJoined[i] = false;
                _runs.Add(run);
            }
        }
    }

    private bool Continues(in TileRun run, in TileRun next)
    {
        if (Memory.Layout.KnowsPlaces || next.FirstTile != run.EndTile || next.Row != run.Row || (run.UnpaddedSlots | next.UnpaddedSlots) != 0)
            return false;
        nint tiles = next.FirstTile - run.FirstTile;
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            if (next.Slots[slot] - run.Slots[slot] != tiles * _tileBytes[slot])
                return false;
        }

        return true;
    }
}
