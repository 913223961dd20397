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
    private readonly Row<ScalarLane, TRule, TApply>[] _rowsOfTensors;
    private Slabs<HostWords<TLane>> _slabs;
    private LaunchRange _range;
    private int _parts;
    private bool _measures;

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
    }

    protected override void AddRow(int row, in TRule rule, in UpdateScalars scalars, bool isFirstStep)
    {
        base.AddRow(row, rule, scalars, isFirstStep);
        _terms.Add(HostTerms.Of<TRule, TPass>(rule, scalars, isFirstStep));
    }

    protected override void RunCore(LaunchRange range)
    {
        _slabs = Memory.SlotsAs(slot => new HostWords<TLane>(slot.Host));
        _range = range;
        _parts = ParallelWork.PartsOf(range.TileCount);
        if (IsSecondPass)
        {
            _measures = true;
            _work.Run(_parts, Device.Threads);
            Finish();
            _measures = false;
        }

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
        while (at < end)
        {
            Tile first = Memory.Tiles[at];
            int row = RowOfTensor[first.Tensor];
            int next = EndOfRun(at, end, first, row);
            if (row != Tile.NoRow)
                RunTiles(first, row, at, next - at);
            at = next;
        }
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
    /// Where the run of tiles ends that lie one after the other and have the same row; in two passes, where the tensor does.
    /// </summary>
    private int EndOfRun(int at, int end, Tile first, int row)
    {
        int next = at;
        Tile tile = first;
        do
        {
            TensorExtent tensor = Memory.Extents[tile.Tensor];
            next = Math.Min(end, tensor.FirstTile + tensor.TileCount);
            if (next == end || IsSecondPass)
                break;
            tile = Memory.Tiles[next];
        }
        while (RowOfTensor[tile.Tensor] == row
            && tile.Value - first.Value == next - at
            && tile.Gradient - first.Gradient == next - at);
        return next;
    }
}
