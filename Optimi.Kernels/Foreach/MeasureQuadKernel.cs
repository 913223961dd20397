using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// The first of two passes in the shape of <see cref="QuadKernel{TRule, TApply, TPass, TLayout}"/>. A warp takes a tile, so that it can
/// sum it up by itself.
/// </summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
public static class MeasureQuadKernel<TRule, TApply, TLayout>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TLayout : ILayout
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = Tiles * WarpSum.Lanes;

    /// <summary>Tiles of a group.</summary>
    public const int Tiles = 4;

    /// <summary>Whether a tile has two quads for each lane of a warp.</summary>
    private static bool TakesTwo => TLayout.UnitsPerTile == 2 * WarpSum.Lanes * Quad.Length;

    /// <summary>Steps the states of a range of tiles, and sums up what was measured in each.</summary>
    /// <param name="firstTile">The first tile.</param>
    /// <param name="count">How many tiles.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="measures">Where the sums go.</param>
    /// <param name="slabs">The slabs from their beginning; an unused slot may be any of them.</param>
    public static void Run(
        int firstTile,
        int count,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        MeasureTables measures,
        Slabs<DeviceQuads> slabs)
    {
        int place = (Grid.IdxX * Tiles) + (Group.IdxX / WarpSum.Lanes);
        if (place >= count)
            return;
        int number = firstTile + place;
        Tile tile = Tile.Read(tables.Tiles, number);
        int rowNumber = tables.RowOfTensor[tile.Tensor];
        if (rowNumber < 0)
            return;
        Row<ScalarLane, TRule, TApply> row = tables.Rows[rowNumber];
        int quad = Warp.LaneIdx;
        int secondQuad = quad + WarpSum.Lanes;
        Slabs<QuadWords> words = TLayout.Read<MeasurePass>(slabs, tile, number, quad);
        Slabs<QuadWords> secondWords = default;
        if (TakesTwo)
            secondWords = TLayout.Read<MeasurePass>(slabs, tile, number, secondQuad);
        TLayout.StepQuad<TRule, TApply, MeasurePass>(row, ref words);
        if (TakesTwo)
            TLayout.StepQuad<TRule, TApply, MeasurePass>(row, ref secondWords);
        TLayout.Write<MeasurePass>(slabs, tile, number, quad, words);
        if (TakesTwo)
            TLayout.Write<MeasurePass>(slabs, tile, number, secondQuad, secondWords);

        int length = TensorExtent.Read(measures.Tensors, tile.Tensor).LengthOf(number);
        Quad numbers = words.Measured.First.Prefix(
            TreeSum.FirstNumbers(TLayout.UnitsPerTile, length) - (quad * Quad.Length));
        ScalarLane sum;
        if (TakesTwo)
        {
            sum = WarpSum.OfQuads(WarpSum.Add(
                numbers, secondWords.Measured.First.Prefix(length - (secondQuad * Quad.Length))));
        }
        else
        {
            sum = WarpSum.OfQuads(numbers)
                + WarpSum.OfQuads(words.MeasuredHigh.First.Prefix((length / 2) - (quad * Quad.Length)));
        }

        if (quad == 0)
            measures.Sums[number] = sum;
    }
}
