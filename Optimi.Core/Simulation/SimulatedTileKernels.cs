using System.Runtime.CompilerServices;
using ILGPU;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// The kernels with one work-group for a tile, run by the host: work-item by work-item, and groups on all threads. What a group does
/// together one thread does alone.
/// </summary>
internal sealed class SimulatedTileKernels<TRule, TApply, TPass, TLayout, TWords> : DeviceKernels<TRule, TApply>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
    where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane>
{
    private readonly SimulatedGroups _groups;
    private readonly Action<int> _step;
    private readonly Action<int> _measure;
    private LaunchTables<Row<ScalarLane, TRule, TApply>> _tables;
    private MeasureTables _measures;
    private Slabs<TWords> _slabs;

    public SimulatedTileKernels(SimulatedGroups groups)
    {
        _groups = groups;
        _step = StepTile;
        _measure = MeasureTile;
    }

    public override void Launch(
        LaunchMemory memory, LaunchRange range, LaunchTables<Row<ScalarLane, TRule, TApply>> tables)
    {
        _tables = tables;
        _slabs = memory.SlotsAs(slot => TWords.Over(slot.View));
        _groups.Run(_step, range.FirstTile, range.TileCount);
    }

    public override void Measure(
        LaunchMemory memory,
        LaunchRange range,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        MeasureTables measures)
    {
        _tables = tables;
        _measures = measures;
        _slabs = memory.SlotsAs(slot => TWords.Over(slot.View));
        _groups.Run(_measure, range.FirstTile, range.TileCount);
    }

    private void StepTile(int number)
    {
        Tile tile = Tile.Read(_tables.Tiles, number);
        int rowNumber = _tables.RowOfTensor[tile.Tensor];
        if (rowNumber < 0)
            return;
        Slabs<TWords> here = TLayout.At(_slabs, tile, number);
        StepItems<TPass>(_tables.Rows[rowNumber], ref here);
    }

    private void MeasureTile(int number)
    {
        Tile tile = Tile.Read(_tables.Tiles, number);
        int rowNumber = _tables.RowOfTensor[tile.Tensor];
        if (rowNumber < 0)
            return;
        ArrayView<ScalarLane> measured = _groups.SharedMemory<ScalarLane>(0, TreeSum.BlockLength);
        Slabs<TWords> here = MeasureTileKernel<TRule, TApply, TLayout, TWords, SumByGroup>.At(number, tile, measured, _slabs);
        StepItems<MeasurePass>(_tables.Rows[rowNumber], ref here);
        MeasureTileKernel<TRule, TApply, TLayout, TWords, SumByGroup>.SumUp<LoneThread>(number, tile, measured, _measures);
    }

    /// <summary>Steps the work-items of a group, one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StepItems<TStepped>(Row<ScalarLane, TRule, TApply> row, ref Slabs<TWords> slabs)
        where TStepped : IPass
    {
        for (int item = 0; item < TileGroup<TLayout>.Size; item++)
            TileGroup<TLayout>.Step<TRule, TApply, TStepped, TWords>(item, row, ref slabs);
    }
}
