using System.Diagnostics;
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
    private readonly List<Terms> _terms = [];
    private readonly List<TileRun> _runs = [];
    private readonly Row<ScalarLane, TRule, TApply>[] _rowsOfTensors;
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
        _sums = IsSecondPass ? GC.AllocateArray<float>(memory.Tiles.Length, pinned: true) : [];
        _rowsOfTensors = IsSecondPass
            ? GC.AllocateArray<Row<ScalarLane, TRule, TApply>>(memory.Extents.Length, pinned: true)
            : [];
    }

    public override void Begin()
    {
        base.Begin();
        _terms.Clear();
        _hasRuns = false;
    }

    protected override void AddRow(int row, in TRule rule, in UpdateScalars scalars, bool isFirstStep)
    {
        base.AddRow(row, rule, scalars, isFirstStep);
        Terms terms = HostTerms.Of<TRule, TPass>(rule, scalars, isFirstStep);
        if (row == _terms.Count)
            _terms.Add(terms);
        else
            _terms[row] = terms;
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
            Finish();
        }

        _measures = false;
        _work.Run(_parts, Device.Threads);
    }

    /// <summary>Makes each tensor's row for the second pass from its sums.</summary>
    private void Finish()
    {
        for (int i = _range.FirstTensor; i < _range.FirstTensor + _range.TensorCount; i++)
        {
            if (RowOfTensor[i] == Tile.NoRow)
                continue;
            TensorExtent extent = Memory.Extents[i];
            var sums = (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_sums, extent.FirstTile);
            ScalarLane mean = TreeSum.OfSums<TLane>(sums, extent.TileCount) * extent.InverseLength;
            _rowsOfTensors[i] = Rows[RowOfTensor[i]].Measured(mean);
        }
    }

    private void RunPart(int part)
    {
        int at = _range.FirstTile + (int)((long)_range.TileCount * part / _parts);
        int end = _range.FirstTile + (int)((long)_range.TileCount * (part + 1) / _parts);
        ReadOnlySpan<TileRun> runs = CollectionsMarshal.AsSpan(_runs);
        for (int i = RunAt(runs, at); i < runs.Length && runs[i].FirstTile < end; i++)
        {
            int from = Math.Max(at, runs[i].FirstTile);
            int skipped = from - runs[i].FirstTile;
            Tile first = runs[i].First;
            first = first with { Value = first.Value + skipped, Gradient = first.Gradient + skipped };
            RunTiles(first, runs[i].Row, from, Math.Min(end, runs[i].EndTile) - from);
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

    private void RunTiles(Tile first, int row, int number, int tiles)
    {
        if (_measures)
        {
            HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Measure(
                Scalars(Rows, row),
                _slabs,
                first,
                number,
                tiles,
                Memory.Extents[first.Tensor],
                (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_sums, 0));
            return;
        }

        float* scalars = IsSecondPass ? Scalars(_rowsOfTensors, first.Tensor) : Scalars(Rows, row);
        HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Run<TPass>(
            _terms[row], scalars, _slabs, first, number, tiles);
    }

    private static float* Scalars(Row<ScalarLane, TRule, TApply>[] rows, int row) =>
        (float*)Marshal.UnsafeAddrOfPinnedArrayElement(rows, row);

    /// <summary>
    /// Joins the tiles of the tensors that take part to runs. In two passes a run ends where its tensor does, as each has its own row
    /// in the second one.
    /// </summary>
    private void FindRuns()
    {
        _runs.Clear();
        for (int i = _range.FirstTensor; i < _range.FirstTensor + _range.TensorCount; i++)
        {
            if (!TakesPart(i))
                continue;
            TensorExtent extent = Memory.Extents[i];
            var run = new TileRun(
                extent.FirstTile, extent.FirstTile + extent.TileCount, Memory.Tiles[extent.FirstTile], RowOfTensor[i]);
            if (!IsSecondPass && _runs.Count > 0 && Continues(_runs[^1], run))
                _runs[^1] = _runs[^1] with { EndTile = run.EndTile };
            else
                _runs.Add(run);
        }
    }

    private static bool Continues(TileRun run, TileRun next)
    {
        int tiles = next.FirstTile - run.FirstTile;
        return next.FirstTile == run.EndTile && next.Row == run.Row
            && next.First.Value - run.First.Value == tiles && next.First.Gradient - run.First.Gradient == tiles;
    }
}
