using ILGPU;

namespace Optimi.Kernels;

/// <summary>The first of two passes in the shape of <see cref="TileKernel{TRule, TApply, TPass, TLayout, TWords}"/>.</summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
/// <typeparam name="TWords">How memory is accessed.</typeparam>
/// <typeparam name="TSum">How a group sums up.</typeparam>
public static class MeasureTileKernel<TRule, TApply, TLayout, TWords, TSum>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TLayout : ILayout
    where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane>
    where TSum : ITileSum
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
        int number = firstTile + Grid.IdxX;
        Tile tile = Tile.Read(tables.Tiles, number);
        int rowNumber = tables.RowOfTensor[tile.Tensor];
        if (rowNumber < 0)
            return;
        Row<ScalarLane, TRule, TApply> row = tables.Rows[rowNumber];
        Slabs<TWords> here = TLayout.At(slabs, tile, number);
        here.Measured = TWords.Over(measured.Cast<byte>());
        here.MeasuredHigh = here.Measured.Skip(TLayout.UnitsPerTile);
        TileGroup<TLayout>.Step<TRule, TApply, MeasurePass, TWords>(row, ref here);
        ScalarLane sum = TSum.Of(
            measured, TLayout.UnitsPerTile, TensorExtent.Read(measures.Tensors, tile.Tensor).LengthOf(number));
        if (Group.IdxX == 0)
            measures.Sums[number] = sum;
    }
}
