using ILGPU;

namespace Optimi.Kernels;

/// <summary>The first of two passes in the shape of <see cref="CompressedTileKernel{TRule, TApply, TPass, TLayout, TWords, TCoders}"/>.</summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
/// <typeparam name="TWords">How memory is accessed.</typeparam>
/// <typeparam name="TSum">How a group sums up.</typeparam>
/// <typeparam name="TCoders">Which work-items encode.</typeparam>
internal static class CompressedMeasureTileKernel<TRule, TApply, TLayout, TWords, TSum, TCoders>
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
        Slabs<TWords> all = slabs;
        all.Measured = TWords.Over(measured.Cast<byte>());
        all.MeasuredHigh = all.Measured.Skip(TLayout.UnitsPerTile);
        CompressedTileKernel<TRule, TApply, MeasurePass, TLayout, TWords, TCoders>.StepTile(firstTile, tables, all, shared);
        var place = CompressedPlace<TWords>.Of<TLayout, Row<ScalarLane, TRule, TApply>, MeasurePass>(number, tables, slabs);
        if (place.Row < 0)
            return;
        MeasureTileKernel<TRule, TApply, TLayout, TWords, TSum>.SumUp<DeviceGroup>(
            Tile.Read(tables.Tiles, number), measured, measures);
    }
}
