using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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

    /// <summary>Numbers in the widest vector.</summary>
    private const int WidestVector = 16;

    /// <summary>As many ones as the widest vector takes, and as many zeros: a window on it chooses a vector's first numbers.</summary>
    private static ReadOnlySpan<float> OnesAndZeros =>
        [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

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

    /// <summary>Sums up what a step has measured of a tile on the host.</summary>
    /// <typeparam name="TLane">The vector.</typeparam>
    /// <param name="numbers">
    /// A vector for each unit, or two, of the low and of the high halves of its words, which are every second number. Overwritten.
    /// </param>
    /// <param name="numbersPerUnit">1 or 2.</param>
    /// <param name="length">How many numbers there are: the others become 0.</param>
    /// <remarks>Optimized from the first call on: the very first step of a large tensor makes thousands.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe float OfTile<TLane>(float* numbers, int numbersPerUnit, int length)
        where TLane : unmanaged, ILane<TLane>
    {
        int width = sizeof(TLane) / sizeof(float);
        var vectors = (TLane*)numbers;
        if (length < BlockLength)
            ClearMissing(vectors, numbersPerUnit - 1, length);

        // Low halves meet high ones in the last fold only.
        Fold(vectors, BlockLength / width, numbersPerUnit);
        float sum = OfVector(numbers, width);
        return numbersPerUnit == 1 ? sum : sum + OfVector(numbers + width, width);
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static unsafe float OfPart<TLane>(float* numbers, int count)
        where TLane : unmanaged, ILane<TLane>
    {
        float* block = stackalloc float[BlockLength];
        int length = (int)BitOperations.RoundUpToPowerOf2((uint)count);
        new ReadOnlySpan<float>(numbers, count).CopyTo(new Span<float>(block, length));
        if (count < BlockLength)
        {
            // Zero is added to each at least once if any is missing, which makes minus zero zero.
            for (int i = 0; i < length; i++)
                block[i] = i < count ? block[i] + 0f : 0;
        }

        int width = sizeof(TLane) / sizeof(float);
        Fold((TLane*)block, length / width, 1);
        return OfVector(block, Math.Min(length, width));
    }

    /// <summary>Makes what a tile has beyond a tensor's last number zero.</summary>
    /// <typeparam name="TLane">The vector.</typeparam>
    /// <param name="vectors">The tile, as <see cref="OfTile"/> takes it.</param>
    /// <param name="log">The logarithm of the numbers in a unit.</param>
    /// <param name="length">How many numbers of the tile are the tensor's.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void ClearMissing<TLane>(TLane* vectors, int log, int length)
        where TLane : unmanaged, ILane<TLane>
    {
        int width = sizeof(TLane) / sizeof(float);
        // Constant data, which does not move.
        float* zeros = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(OnesAndZeros)) + WidestVector;
        for (int i = length / (width << log) << log; i < BlockLength / width; i++)
        {
            int there = ((length + log - (i & log)) >> log) - ((i >> log) * width);
            TLane isThere = *(TLane*)(zeros - Math.Clamp(there, 0, width));
            vectors[i] = TLane.Choose(isThere, vectors[i], default);
        }
    }

    /// <summary>Folds vectors in half until some are left; where there are no more to begin with, nothing is done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Fold<TLane>(TLane* vectors, nint count, nint left)
        where TLane : unmanaged, ILane<TLane>
    {
        // Two folds at a time, so that half as many numbers pass through memory.
        for (; count >> 2 >= left; count >>= 2)
        {
            nint quarter = count >> 2;
            TLane* end = vectors + quarter;
            for (TLane* at = vectors; at < end; at++)
                *at = (*at + at[2 * quarter]) + (at[quarter] + at[3 * quarter]);
        }

        for (nint i = 0; i < count - left; i++)
            vectors[i] += vectors[i + left];
    }

    /// <summary>Folds a vector's numbers, or fewer: a power of two up to 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe float OfVector(float* numbers, int length)
    {
        if (length == 1)
            return numbers[0];
        if (length == 2)
            return numbers[0] + numbers[1];
        Vector128<float> four = Vector128.Load(numbers);
        if (length == 8)
            four += Vector128.Load(numbers + 4);
        if (length == 16)
            four = (four + Vector128.Load(numbers + 8)) + (Vector128.Load(numbers + 4) + Vector128.Load(numbers + 12));
        return (four[0] + four[2]) + (four[1] + four[3]);
    }
}
