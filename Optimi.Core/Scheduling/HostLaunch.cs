using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Optimi.Kernels;

namespace Optimi;

/// <summary>A launch on the host's cores and vector units.</summary>
internal sealed unsafe class HostLaunch<TRule, TApply, TPass, TLayout, TLane, TLaneRule, TLaneApply> :
    AppliedLaunch<TRule, TApply, TPass>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
    where TLane : unmanaged, ILane<TLane>
    where TLaneRule : unmanaged, IUpdateRule<TLaneRule, TLane>
    where TLaneApply : unmanaged, IApply<TLaneApply, TLane>
{
    private readonly ParallelWork _work;
    private readonly float[] _sums;
    private readonly List<TileRun> _runs = [];
    private Slabs<HostWords<TLane>> _slabs;
    private LaunchRange _range;
    private int _parts;
    private bool _measures;
    private bool _hasRuns;

    public HostLaunch(LaunchMemory memory)
        : base(memory)
    {
        Debug.Assert(
            HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.RowLength * sizeof(float) == sizeof(Row<ScalarLane, TRule, TApply>),
            "A row of vectors has as many numbers as a row of scalars.");
        _work = new ParallelWork(RunPart);
        _sums = IsSecondPass ? Device.Allocator.AllocateManaged<float>(memory.Tiles.Length, isPinned: true) : [];
    }

    public override void Begin()
    {
        base.Begin();
        _hasRuns = false;
    }

    public override void Run(LaunchRange range)
    {
        Device.CountLaunches(IsSecondPass ? 3 : 1);
        _slabs = Memory.SlotsAs(slot => new HostWords<TLane>(slot.Host));
        _range = range;
        if (!_hasRuns)
            FindRuns();
        _hasRuns = true;
        _parts = ParallelWork.PartsOf(range.TileCount);
        if (IsSecondPass)
        {
            _measures = true;
            _work.Run(_parts, Device.Threads);
            SumUpLargeTensors();
        }

        _measures = false;
        _work.Run(_parts, Device.Threads);
    }

    /// <summary>Puts the sum of each tensor of more than a block of tiles where its first tile's was.</summary>
    private void SumUpLargeTensors()
    {
        for (int i = _range.FirstTensor; i < _range.FirstTensor + _range.TensorCount; i++)
        {
            TensorExtent extent = Memory.Extents[i];
            if (TakesPart(i) && extent.TileCount > TreeSum.BlockLength)
                *SumsOf(extent) = TreeSum.OfSums<TLane>(SumsOf(extent), extent.TileCount);
        }
    }

    /// <summary>A tensor's row for the second pass, from its sums. Whoever needs it makes it: of thousands, one thread alone would
    /// take too long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Row<ScalarLane, TRule, TApply> MeasuredRow(int tensor)
    {
        TensorExtent extent = Memory.Extents[tensor];
        float* sums = SumsOf(extent);
        ScalarLane sum = extent.TileCount > TreeSum.BlockLength ? *sums : TreeSum.OfSums<TLane>(sums, extent.TileCount);
        return Rows[RowOfTensor[tensor]].Measured(sum * extent.InverseLength);
    }

    private float* SumsOf(TensorExtent extent) =>
        (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_sums, extent.FirstTile);

    private void RunPart(int part)
    {
        int at = _range.FirstTile + (int)((long)_range.TileCount * part / _parts);
        int end = _range.FirstTile + (int)((long)_range.TileCount * (part + 1) / _parts);
        if (IsSecondPass && !_measures)
            RunTensors(at, end);
        else
            RunRuns(at, end);
    }

    private void RunRuns(int at, int end)
    {
        ReadOnlySpan<TileRun> runs = CollectionsMarshal.AsSpan(_runs);
        for (int i = RunAt(runs, at); i < runs.Length && runs[i].FirstTile < end; i++)
        {
            int from = Math.Max(at, runs[i].FirstTile);
            int tiles = Math.Min(end, runs[i].EndTile) - from;
            var scalars = (float*)Marshal.UnsafeAddrOfPinnedArrayElement(Rows, runs[i].Row);
            if (_measures)
            {
                HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Measure(
                    TermsOfRows[runs[i].Row],
                    scalars,
                    _slabs,
                    Memory.Tiles[from],
                    from,
                    tiles,
                    Memory.Extents.AsSpan(Memory.Tiles[from].Tensor),
                    (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_sums, 0));
            }
            else
            {
                HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Run<TPass>(
                    TermsOfRows[runs[i].Row], scalars, _slabs, Memory.Tiles[from], from, tiles);
            }
        }
    }

    /// <summary>The second of two passes, in which each tensor has its own row. Optimized from the first call on, which may be of
    /// thousands of tensors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunTensors(int at, int end)
    {
        TensorExtent[] extents = Memory.Extents;
        for (int i = Memory.Tiles[at].Tensor; i < extents.Length && extents[i].FirstTile < end; i++)
        {
            if (!TakesPart(i) || extents[i].TileCount == 0)
                continue;
            int from = Math.Max(at, extents[i].FirstTile);
            int tiles = Math.Min(end, extents[i].EndTile) - from;
            Row<ScalarLane, TRule, TApply> row = MeasuredRow(i);
            HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Run<TPass>(
                TermsOfRows[RowOfTensor[i]], (float*)&row, _slabs, Memory.Tiles[from], from, tiles);
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

    /// <summary>Joins the tiles of the tensors that take part to runs.</summary>
    private void FindRuns()
    {
        _runs.Clear();
        for (int i = _range.FirstTensor; i < _range.FirstTensor + _range.TensorCount; i++)
        {
            TensorExtent extent = Memory.Extents[i];
            if (!TakesPart(i) || extent.TileCount == 0)
                continue;
            var run = new TileRun(extent.FirstTile, extent.EndTile, RowOfTensor[i]);
            if (_runs.Count > 0 && Continues(_runs[^1], run))
                _runs[^1] = _runs[^1] with { EndTile = run.EndTile };
            else
                _runs.Add(run);
        }
    }

    private bool Continues(TileRun run, TileRun next)
    {
        int tiles = next.FirstTile - run.FirstTile;
        Tile first = Memory.Tiles[run.FirstTile];
        Tile other = Memory.Tiles[next.FirstTile];
        return next.FirstTile == run.EndTile && next.Row == run.Row
            && other.Value - first.Value == tiles && other.Gradient - first.Gradient == tiles;
    }
}
