using ILGPU;

namespace Optimi.Kernels;

/// <summary>The first of two passes in the shape of <see cref="CompressedTileKernel{TRule, TApply, TPass, TLayout, TWords, TCoders}"/>.</summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
/// <typeparam name="TWords">How memory is accessed.</typeparam>
/// <typeparam name="TSum">How a group sums up.</typeparam>
/// <typeparam name="TCoders">Which work-items decode and encode.</typeparam>
public static class CompressedMeasureTileKernel<TRule, TApply, TLayout, TWords, TSum, TCoders>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TLayout : ILayout
    where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane>
    where TSum : ITileSum
    where TCoders : ICoders
{
    /// <summary>Steps the states of one tile for each group, and sums up what was measured.</summary>
    /// <param name="firstTile">The tile of the first group.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="measures">Where the sums go.</param>
    /// <param name="slabs">The slabs from their beginning; an unused slot may be any of them.</param>
    public static void Run(
        int firstTile,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        MeasureTables measures,
        Slabs<TWords> slabs)
    {
        ArrayView<ScalarLane> measured = SharedMemory.Allocate<ScalarLane>(TreeSum.BlockLength);
        ArrayView<ScalarLane> shared = SharedMemory.Allocate<ScalarLane>(CompressedTile<TLayout, TWords>.SharedLength);
        int number = firstTile + Grid.IdxX;
        Tile tile = Tile.Read(tables.Tiles, number);
        var verdict = GradientVerdict.Read<MeasurePass>(tables.Verdict);
        TensorStep step = TensorStep.Read(tables.Steps, verdict.EntryOf(tile.Tensor));
        // Before the group may end, as in TileKernel.
        Slabs<TWords> here = MeasureTileKernel<TRule, TApply, TLayout, TWords, TSum>.At(tile, step, measured, tables.Places, slabs);
        int length = TensorExtent.LengthOf(TensorPlaces.ReadLength(tables.Places, tile.Tensor), tile.Number);
        int rowNumber = step.RowOf(tile, TWords.IsCareful);
        var row = Row<ScalarLane, TRule, TApply>.Read<MeasurePass>(tables.Rows, Math.Max(rowNumber, 0), verdict);
        CompressedTileKernel<TRule, TApply, MeasurePass, TLayout, TWords, TCoders>.StepTile(
            rowNumber >= 0, length, row, here, shared);
        if (rowNumber < 0)
            return;
        MeasureTileKernel<TRule, TApply, TLayout, TWords, TSum>.SumUp<DeviceGroup>(tile, measured, measures);
    }
}
