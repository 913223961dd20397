using System.Runtime.CompilerServices;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// The kernels whose threads move 16 bytes of each slot, run by the host thread by thread. Where the threads of a warp exchange
/// registers, the host holds those of all.
/// </summary>
internal sealed class SimulatedQuadKernels<TRule, TApply, TPass, TLayout> : DeviceKernels<TRule, TApply>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
{
    private readonly SimulatedGroups _groups;
    private readonly Action<int> _step;
    private readonly Action<int> _measure;
    private LaunchRange _range;
    private LaunchTables<Row<ScalarLane, TRule, TApply>> _tables;
    private MeasureTables _measures;
    private Slabs<DeviceQuads> _slabs;

    public SimulatedQuadKernels(SimulatedGroups groups)
    {
        _groups = groups;
        _step = StepGroup;
        _measure = MeasureTile;
    }

    public override void Launch(
        LaunchMemory memory, LaunchRange range, LaunchTables<Row<ScalarLane, TRule, TApply>> tables)
    {
        _range = range;
        _tables = tables;
        _slabs = memory.SlotsAs(slot => new DeviceQuads(slot.View));
        int tiles = QuadGroup<TLayout>.Tiles;
        _groups.Run(_step, 0, (range.TileCount + tiles - 1) / tiles);
    }

    public override void Measure(
        LaunchMemory memory,
        LaunchRange range,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        MeasureTables measures)
    {
        _tables = tables;
        _measures = measures;
        _slabs = memory.SlotsAs(slot => new DeviceQuads(slot.View));
        _groups.Run(_measure, range.FirstTile, range.TileCount);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StepGroup(int group)
    {
        for (int thread = 0; thread < QuadGroup<TLayout>.Size; thread++)
        {
            QuadKernel<TRule, TApply, TPass, TLayout>.RunThread(
                group, thread, _range.FirstTile, _range.TileCount, _tables, _slabs);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MeasureTile(int number)
    {
        Tile tile = Tile.Read(_tables.Tiles, number);
        int rowNumber = _tables.RowOfTensor[tile.Tensor];
        if (rowNumber < 0)
            return;
        Row<ScalarLane, TRule, TApply> row = _tables.Rows[rowNumber];
        int length = TensorExtent.Read(_measures.Tensors, tile.Tensor).LengthOf(number);
        SimulatedWarp.Register x = default, y = default, z = default, w = default;
        SimulatedWarp.Register secondX = default, secondY = default, secondZ = default, secondW = default;
        for (int lane = 0; lane < WarpSum.Lanes; lane++)
        {
            MeasuredQuads measured =
                MeasureQuadKernel<TRule, TApply, TLayout>.StepLane(number, lane, tile, row, length, _slabs);
            (x[lane], y[lane], z[lane], w[lane]) = (measured.First.X, measured.First.Y, measured.First.Z, measured.First.W);
            (secondX[lane], secondY[lane], secondZ[lane], secondW[lane]) =
                (measured.Second.X, measured.Second.Y, measured.Second.Z, measured.Second.W);
        }

        SimulatedWarp.Register sum = MeasureQuadKernel<TRule, TApply, TLayout>.Sum<SimulatedWarp, SimulatedWarp.Register>(
            x, y, z, w, secondX, secondY, secondZ, secondW);
        _measures.Sums[number] = ScalarLane.FromBits(sum[0]);
    }
}
