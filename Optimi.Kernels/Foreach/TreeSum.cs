using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
        // The half is a power of two, of which the exponent is known: no thread divides.
        for (int exponent = Tile.LogOfLength - 1; exponent >= 0; exponent--)
        {
            int half = 1 << exponent;
            for (int i = Group.IdxX; i < blocks << exponent; i += Group.DimX)
            {
                int at = ((i >> exponent) << Tile.LogOfLength) + (i & (half - 1));
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
    /// <remarks>Optimized from the first call on: the very first step of a large tensor makes thousands.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

        for (; half >= Vector128<float>.Count; half /= 2)
        {
            for (int i = 0; i < half; i += Vector128<float>.Count)
                (Vector128.Load(numbers + i) + Vector128.Load(numbers + i + half)).Store(numbers + i);
        }

        return half switch
        {
            2 => (numbers[0] + numbers[2]) + (numbers[1] + numbers[3]),
            1 => numbers[0] + numbers[1],
            _ => numbers[0],
        };
    }

    /// <summary>Sums up the sums of a tensor's blocks on the host.</summary>
    /// <typeparam name="TLane">The vector.</typeparam>
    /// <param name="sums">The sums, which are overwritten if there are more than a block of them, and else left as they are.</param>
    /// <param name="count">How many: at least one.</param>
    /// <returns>The sum of the tensor.</returns>
    public static unsafe float OfSums<TLane>(float* sums, int count)
        where TLane : unmanaged, ILane<TLane>
    {
        while (count > BlockLength)
        {
            int blocks = (count + BlockLength - 1) / BlockLength;
            for (int i = 0; i < blocks; i++)
                sums[i] = OfPart<TLane>(sums + (i * BlockLength), Math.Min(BlockLength, count - (i * BlockLength)));
            count = blocks;
        }

        return count == 1 ? sums[0] : OfPart<TLane>(sums, count);
    }

    /// <summary>Folds a copy of a block of which the last numbers may be missing.</summary>
    [SkipLocalsInit]
    private static unsafe float OfPart<TLane>(float* numbers, int count)
        where TLane : unmanaged, ILane<TLane>
    {
        float* block = stackalloc float[BlockLength];
        int length = (int)BitOperations.RoundUpToPowerOf2((uint)count);
        for (int i = 0; i < length; i++)
        {
            // Zero is added to each at least once if any is missing, which makes minus zero zero.
            float number = i < count ? numbers[i] : 0;
            block[i] = count < BlockLength ? number + 0f : number;
        }

        return OfBlock<TLane>(block, length);
    }
}
