using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>Sums over tensors on a device, from the sums of their tiles, in the order of <see cref="TreeSum"/>.</summary>
internal static class TensorSums
{
    /// <summary>Sums up a part of a tensor; of the last part that is done, the tensor. All threads of the group take part.</summary>
    /// <typeparam name="TGroup">The group.</typeparam>
    /// <typeparam name="TParts">How groups share a tensor.</typeparam>
    /// <param name="part">The part.</param>
    /// <param name="extent">The tensor's tiles.</param>
    /// <param name="numbers">Memory that the group shares, of <see cref="TreeSum.NumbersAtOnce"/>.</param>
    /// <param name="shared">A number that the group shares.</param>
    /// <param name="sums">The sums of the tiles. Overwritten.</param>
    /// <param name="partsDone">For each tensor how many of its parts are done.</param>
    /// <returns>Whether the tensor's sum is there: in place of its first tile's.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Add<TGroup, TParts>(
        FinishPart part,
        TensorExtent extent,
        ArrayView<ScalarLane> numbers,
        ArrayView<int> shared,
        ArrayView<ScalarLane> sums,
        ArrayView<int> partsDone)
        where TGroup : IWorkGroup
        where TParts : ITensorParts
    {
        int count = extent.TileCount;
        int blocks = TreeSum.BlocksOf(count);
        if (count > 1)
        {
            int begin = part.Number * TParts.BlocksPerPart;
            int end = begin + Math.Min(blocks - begin, TParts.BlocksPerPart);
            Fold<TGroup>(numbers, sums, extent.FirstTile, count, 1, begin, end);
        }

        if (!TParts.CountIn<TGroup>(partsDone, shared, part.Tensor, FinishPart.CountOf(blocks, TParts.BlocksPerPart)))
            return false;
        FoldAll<TGroup>(numbers, sums, extent.FirstTile, blocks, TreeSum.BlockLength);
        return true;
    }

    /// <summary>Folds numbers until the first is the sum of all. All threads of the group take part.</summary>
    /// <typeparam name="TGroup">The group.</typeparam>
    /// <param name="numbers">Shared memory.</param>
    /// <param name="sums">What is folded.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="count">How many numbers.</param>
    /// <param name="distance">From one number to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FoldAll<TGroup>(ArrayView<ScalarLane> numbers, ArrayView<ScalarLane> sums, int start, int count, int distance)
        where TGroup : IWorkGroup
    {
        for (int step = distance; count > 1; step *= TreeSum.BlockLength)
        {
            int blocks = TreeSum.BlocksOf(count);
            Fold<TGroup>(numbers, sums, start, count, step, 0, blocks);
            count = blocks;
        }
    }

    /// <summary>Folds some blocks, each onto its first number. All threads of the group take part.</summary>
    /// <typeparam name="TGroup">The group.</typeparam>
    /// <param name="numbers">Shared memory.</param>
    /// <param name="sums">What is folded.</param>
    /// <param name="start">Where the first of all blocks begins.</param>
    /// <param name="count">Numbers in all blocks; missing ones count as 0.</param>
    /// <param name="distance">From one number to the next.</param>
    /// <param name="from">The first block that is folded.</param>
    /// <param name="end">One past the last.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold<TGroup>(
        ArrayView<ScalarLane> numbers, ArrayView<ScalarLane> sums, int start, int count, int distance, int from, int end)
        where TGroup : IWorkGroup
    {
        for (int block = from; block < end; block += TreeSum.BlocksAtOnce)
        {
            int begin = block * TreeSum.BlockLength;
            int folded = Math.Min(TreeSum.BlocksAtOnce, end - block);
            for (int i = TGroup.Thread; i < folded * TreeSum.BlockLength; i += TGroup.Size)
                numbers[i] = begin + i < count ? sums[start + ((begin + i) * distance)] : 0;
            TreeSum.InGroup<TGroup>(numbers, folded, Tile.LogOfLength);
            for (int i = TGroup.Thread; i < folded; i += TGroup.Size)
                sums[start + ((begin + (i * TreeSum.BlockLength)) * distance)] = numbers[i * TreeSum.BlockLength];
            MemoryFence.GroupLevel();
            TGroup.Barrier();
        }
    }
}
