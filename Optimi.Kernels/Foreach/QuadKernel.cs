using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// The kernel for CUDA: a thread moves 16 bytes of each slot at a time, reads all of them before it writes the first, and goes
/// on with a stride of the whole grid. A warp covers one bfloat16 tile, or half a float32 tile.
/// </summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
public static class QuadKernel<TRule, TApply, TLayout>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TLayout : ILayout
{
    /// <summary>Steps a range of tiles.</summary>
    /// <param name="firstTile">The first tile.</param>
    /// <param name="count">How many tiles.</param>
    /// <param name="tiles">The tiles of the launch, in the order of its state slabs; see <see cref="Tile.Read"/>.</param>
    /// <param name="rowOfTensor">For each tensor its row of scalars, or <see cref="Tile.NoRow"/>.</param>
    /// <param name="rows">The rows of scalars.</param>
    /// <param name="values">The slab of values.</param>
    /// <param name="gradients">The slab of gradients.</param>
    /// <param name="compensation">The slab of the Kahan compensation. An unused slot may be any view.</param>
    /// <param name="state0">The slab of the first state.</param>
    /// <param name="state1">The slab of the second state.</param>
    /// <param name="state2">The slab of the third state.</param>
    /// <param name="state3">The slab of the fourth state.</param>
    /// <remarks>
    /// The slabs are parameters of their own, not one struct: only so does ILGPU know that they lie in global memory.
    /// </remarks>
    public static void Run(
        int firstTile,
        int count,
        ArrayView<int> tiles,
        ArrayView<int> rowOfTensor,
        ArrayView<Row<ScalarLane, TRule, TApply>> rows,
        ArrayView<Quad> values,
        ArrayView<Quad> gradients,
        ArrayView<Quad> compensation,
        ArrayView<Quad> state0,
        ArrayView<Quad> state1,
        ArrayView<Quad> state2,
        ArrayView<Quad> state3)
    {
        int quadsPerTile = TLayout.UnitsPerTile / Quad.Length;
        long end = (long)count * quadsPerTile;
        long stride = (long)Grid.DimX * Group.DimX;
        for (long i = Grid.GlobalLinearIndex; i < end; i += stride)
        {
            int number = firstTile + (int)(i / quadsPerTile);
            Tile tile = Tile.Read(tiles, number);
            int rowNumber = rowOfTensor[tile.Tensor];
            if (rowNumber < 0)
                continue;
            Row<ScalarLane, TRule, TApply> row = rows[rowNumber];
            Slabs<DeviceQuads> slabs = new()
            {
                Values = new(values, 0),
                Gradients = new(gradients, 0),
                Compensation = new(compensation, 0),
                State0 = new(state0, 0),
                State1 = new(state1, 0),
                State2 = new(state2, 0),
                State3 = new(state3, 0),
            };
            Slabs<DeviceQuads> here = TLayout.At(slabs, tile, number);
            int quad = (int)(i % quadsPerTile);
            Slabs<QuadWords> words = TLayout.Read(here, quad);
            TLayout.Step<ScalarLane, TRule, TApply, QuadWords>(row, ref words, 0, 0);
            TLayout.Step<ScalarLane, TRule, TApply, QuadWords>(row, ref words, 1, 1);
            TLayout.Step<ScalarLane, TRule, TApply, QuadWords>(row, ref words, 2, 2);
            TLayout.Step<ScalarLane, TRule, TApply, QuadWords>(row, ref words, 3, 3);
            TLayout.Write(here, quad, words);
        }
    }
}
