using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// The sum of a tensor's numbers in an order that is the same on every device: blocks of 256 consecutive numbers (missing ones
/// are 0), each folded in half until one is left, and the blocks' sums summed up in the same way.
/// </summary>
public static class TreeSum
{
    /// <summary>Numbers in a block: those of a tile.</summary>
    public const int BlockLength = Tile.Length;

    /// <summary>How many blocks a group folds at once when it sums up the sums: with it the barriers of a large tensor are few.</summary>
    internal const int BlocksAtOnce = 8;

    /// <summary>Folds blocks in the shared memory of a group, each onto its first number. All threads of the group take part.</summary>
    /// <param name="numbers">The blocks, one after the other; they may have been written just before.</param>
    /// <param name="blocks">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InGroup(ArrayView<ScalarLane> numbers, int blocks)
    {
        Group.Barrier();
        for (int half = BlockLength / 2; half > 0; half /= 2)
        {
            for (int i = Group.IdxX; i < blocks * half; i += Group.DimX)
            {
                int at = (i / half * BlockLength) + (i % half);
                numbers[at] += numbers[at + half];
            }

            Group.Barrier();
        }
    }

    /// <summary>Folds one block on the host.</summary>
    /// <typeparam name="TLane">The vector.</typeparam>
    /// <param name="numbers">The block, which is overwritten.</param>
    /// <param name="length">How many numbers there are before the first fold that does more than add zeros: a power of two.</param>
    /// <returns>The sum.</returns>
    public static unsafe float OfBlock<TLane>(float* numbers, int length = BlockLength)
        where TLane : unmanaged, ILane<TLane>
    {
        int half = length / 2;
        for (; half >= sizeof(TLane) / sizeof(float); half /= 2)
        {
            for (int i = 0; i < half; i += sizeof(TLane) / sizeof(float))
            {
                TLane sum = Unsafe.ReadUnaligned<TLane>(numbers + i) + Unsafe.ReadUnaligned<TLane>(numbers + i + half);
                Unsafe.WriteUnaligned(numbers + i, sum);
            }
        }

        for (; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
                numbers[i] += numbers[i + half];
        }

        return numbers[0];
    }

    /// <summary>Sums up the sums of a tensor's blocks on the host.</summary>
    /// <typeparam name="TLane">The vector.</typeparam>
    /// <param name="sums">The sums, which are overwritten.</param>
    /// <param name="count">How many: at least one.</param>
    /// <returns>The sum of the tensor.</returns>
    [SkipLocalsInit]
    public static unsafe float OfSums<TLane>(float* sums, int count)
        where TLane : unmanaged, ILane<TLane>
    {
        float* block = stackalloc float[BlockLength];
        while (count > 1)
        {
            int blocks = (count + BlockLength - 1) / BlockLength;
            for (int i = 0; i < blocks; i++)
            {
                int there = Math.Min(BlockLength, count - (i * BlockLength));
                int length = (int)BitOperations.RoundUpToPowerOf2((uint)there);
                for (int j = 0; j < length; j++)
                {
                    // Zero is added to each at least once if any is missing, which makes minus zero zero.
                    float number = j < there ? sums[(i * BlockLength) + j] : 0;
                    block[j] = there < BlockLength ? number + 0f : number;
                }

                sums[i] = OfBlock<TLane>(block, length);
            }

            count = blocks;
        }

        return sums[0];
    }
}
