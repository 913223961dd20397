using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// Between the two passes of a rule that measures: sums up what was measured of each tensor, and makes the tensor's row of scalars
/// for the second pass of it. One group for a tensor.
/// </summary>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
public static class FinishKernel<TRule, TApply>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
{
    /// <summary>Threads of a group on a GPU; any other number will do.</summary>
    public const int GroupSize = TreeSum.BlockLength;

    /// <summary>Sums up one tensor for each group.</summary>
    /// <param name="firstTensor">The tensor of the first group.</param>
    /// <param name="first">The tables of the first pass.</param>
    /// <param name="measures">The sums of the tiles.</param>
    /// <param name="second">The tables of the second pass, with a row for each tensor.</param>
    public static void Run(
        int firstTensor,
        LaunchTables<Row<ScalarLane, TRule, TApply>> first,
        MeasureTables measures,
        LaunchTables<Row<ScalarLane, TRule, TApply>> second)
    {
        ArrayView<ScalarLane> numbers = SharedMemory.Allocate<ScalarLane>(TreeSum.BlocksAtOnce * TreeSum.BlockLength);
        int tensor = firstTensor + Grid.IdxX;
        int rowNumber = first.RowOfTensor[tensor];
        if (Group.IdxX == 0)
            second.RowOfTensor[tensor] = rowNumber < 0 ? Tile.NoRow : tensor;
        if (rowNumber < 0)
            return;
        TensorExtent extent = TensorExtent.Read(measures.Tensors, tensor);
        int count = extent.TileCount;
        while (count > 1)
        {
            int blocks = (count + TreeSum.BlockLength - 1) / TreeSum.BlockLength;
            for (int block = 0; block < blocks; block += TreeSum.BlocksAtOnce)
            {
                int from = block * TreeSum.BlockLength;
                int folded = Math.Min(TreeSum.BlocksAtOnce, blocks - block);
                for (int i = Group.IdxX; i < folded * TreeSum.BlockLength; i += Group.DimX)
                    numbers[i] = from + i < count ? measures.Sums[extent.FirstTile + from + i] : 0;
                TreeSum.InGroup(numbers, folded, Tile.LogOfLength);
                // Each sum takes the place of one that has been read already.
                for (int i = Group.IdxX; i < folded; i += Group.DimX)
                    measures.Sums[extent.FirstTile + block + i] = numbers[i * TreeSum.BlockLength];
                MemoryFence.GroupLevel();
                Group.Barrier();
            }

            count = blocks;
        }

        if (Group.IdxX != 0)
            return;
        Row<ScalarLane, TRule, TApply> row = first.Rows[rowNumber];
        second.Rows[tensor] = row.Measured(measures.Sums[extent.FirstTile] * extent.InverseLength);
    }
}
