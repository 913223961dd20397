using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// The kernel for OpenCL and for ILGPU's simulated CPU: one work-group for a tile, one work-item for a unit, no loop. The row of
/// scalars is the same for the whole group and is seen to be, which is what compilers for CPUs need to vectorise it.
/// </summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
public static class TileKernel<TRule, TApply, TLayout>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TLayout : ILayout
{
    /// <summary>Steps one tile for each group; the group's size is the layout's units per tile.</summary>
    /// <param name="firstTile">The tile of the first group.</param>
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
        ArrayView<int> tiles,
        ArrayView<int> rowOfTensor,
        ArrayView<Row<ScalarLane, TRule, TApply>> rows,
        ArrayView<ScalarLane> values,
        ArrayView<ScalarLane> gradients,
        ArrayView<ScalarLane> compensation,
        ArrayView<ScalarLane> state0,
        ArrayView<ScalarLane> state1,
        ArrayView<ScalarLane> state2,
        ArrayView<ScalarLane> state3)
    {
        int number = firstTile + Grid.IdxX;
        Tile tile = Tile.Read(tiles, number);
        int rowNumber = rowOfTensor[tile.Tensor];
        if (rowNumber < 0)
            return;
        Row<ScalarLane, TRule, TApply> row = rows[rowNumber];
        Slabs<DeviceWords> slabs = new()
        {
            Values = new(values, 0),
            Gradients = new(gradients, 0),
            Compensation = new(compensation, 0),
            State0 = new(state0, 0),
            State1 = new(state1, 0),
            State2 = new(state2, 0),
            State3 = new(state3, 0),
        };
        Slabs<DeviceWords> here = TLayout.At(slabs, tile, number);
        TLayout.Step<ScalarLane, TRule, TApply, DeviceWords>(row, ref here, Group.IdxX, Group.IdxX);
    }
}
