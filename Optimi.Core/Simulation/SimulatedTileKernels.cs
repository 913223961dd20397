using System.Runtime.CompilerServices;
using ILGPU;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// The kernels with one work-group for a tile, run by the host: work-item by work-item, and groups on all threads. What a group does
/// together one thread does alone.
/// </summary>
internal sealed class SimulatedTileKernels<TRule, TApply, TPass, TLayout, TWords> :
    SimulatedKernels<TRule, TApply, TWords>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
    where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane>
{
    public SimulatedTileKernels(SimulatedGroups groups)
        : base(groups, tilesPerGroup: 1)
    {
    }

    protected override TWords Over(ArrayView<byte> view) => TWords.Over(view);

    protected override void StepGroup(int group)
    {
        int number = Range.FirstTile + group;
        Tile tile = Tile.Read(Tables.Tiles, number);
        int rowNumber = Tables.RowOfTensor[tile.Tensor];
        if (rowNumber < 0)
            return;
        Slabs<TWords> here = TLayout.At(Slabs, tile, number);
        StepItems<TPass>(Tables.Rows[rowNumber], ref here);
    }

    protected override void MeasureTile(int number, SharedNumbers shared)
    {
        Tile tile = Tile.Read(Tables.Tiles, number);
        int rowNumber = Tables.RowOfTensor[tile.Tensor];
        if (rowNumber < 0)
            return;
        ArrayView<ScalarLane> measured = shared.Numbers;
        Slabs<TWords> here = MeasureTileKernel<TRule, TApply, TLayout, TWords, SumByGroup>.At(number, tile, measured, Slabs);
        StepItems<MeasurePass>(Tables.Rows[rowNumber], ref here);
        MeasureTileKernel<TRule, TApply, TLayout, TWords, SumByGroup>.SumUp<LoneThread>(number, tile, measured, Measures);
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
