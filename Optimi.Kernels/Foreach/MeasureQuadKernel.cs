using ILGPU;

namespace Optimi.Kernels;

/// <summary>The first of two passes in the shape of <see cref="QuadKernel{TRule, TApply, TPass, TLayout}"/>.</summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
public static class MeasureQuadKernel<TRule, TApply, TLayout>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TLayout : ILayout
{
    /// <summary>Threads of a group: what covers whole tiles under every layout.</summary>
    public const int GroupSize = 256;

    /// <summary>Numbers that a group measures at once, two for each word.</summary>
    private const int MostNumbers = 2 * GroupSize * Quad.Length;

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
        int quadsPerTile = TLayout.UnitsPerTile / Quad.Length;
        int tilesPerGroup = GroupSize / quadsPerTile;
        ArrayView<ScalarLane> measured = SharedMemory.Allocate<ScalarLane>(MostNumbers);
        int quad = Group.IdxX % quadsPerTile;
        int place = Group.IdxX / quadsPerTile;
        // The whole group goes on together, as its barriers ask for; threads without a tile sit by.
        for (long first = (long)Grid.IdxX * tilesPerGroup; first < count; first += (long)Grid.DimX * tilesPerGroup)
        {
            int number = firstTile + (int)first + place;
            Quad numbers = default;
            Quad highNumbers = default;
            bool isThere = first + place < count;
            if (isThere)
            {
                Tile tile = Tile.Read(tables.Tiles, number);
                int rowNumber = tables.RowOfTensor[tile.Tensor];
                isThere = rowNumber >= 0;
                if (isThere)
                {
                    Row<ScalarLane, TRule, TApply> row = tables.Rows[rowNumber];
                    Slabs<DeviceQuads> here = TLayout.At(slabs, tile, number);
                    Slabs<QuadWords> words = TLayout.Read<MeasurePass>(here, quad);
                    TLayout.Step<ScalarLane, TRule, TApply, MeasurePass, QuadWords>(row, ref words, 0, 0);
                    TLayout.Step<ScalarLane, TRule, TApply, MeasurePass, QuadWords>(row, ref words, 1, 1);
                    TLayout.Step<ScalarLane, TRule, TApply, MeasurePass, QuadWords>(row, ref words, 2, 2);
                    TLayout.Step<ScalarLane, TRule, TApply, MeasurePass, QuadWords>(row, ref words, 3, 3);
                    TLayout.Write<MeasurePass>(here, quad, words);
                    int length = TensorExtent.Read(measures.Tensors, tile.Tensor).LengthOf(number);
                    int firstNumbers = TreeSum.FirstNumbers(TLayout.UnitsPerTile, length);
                    numbers = words.Measured.First.Prefix(firstNumbers - (quad * Quad.Length));
                    highNumbers = words.MeasuredHigh.First.Prefix((length / 2) - (quad * Quad.Length));
                }
            }

            int at = (place * Tile.Length) + (quad * Quad.Length);
            numbers.CopyTo(measured, at);
            if (TLayout.UnitsPerTile < Tile.Length)
                highNumbers.CopyTo(measured, at + TLayout.UnitsPerTile);
            ScalarLane sum = TreeSum.OfTilesInGroup(measured, TLayout.UnitsPerTile, tilesPerGroup, place);
            if (isThere && quad == 0)
                measures.Sums[number] = sum;
            Group.Barrier();
        }
    }
}
