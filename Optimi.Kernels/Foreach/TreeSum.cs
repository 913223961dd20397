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
internal static class TreeSum
{
    /// <summary>Numbers in a block: those of a tile.</summary>
    public const int BlockLength = Tile.Length;

    /// <summary>How many blocks a group folds at once when it sums up the sums: with it the barriers of a large tensor are few.</summary>
    public const int BlocksAtOnce = 8;

    /// <summary>How many numbers that is.</summary>
    public const int NumbersAtOnce = BlocksAtOnce * BlockLength;

    /// <summary>Numbers in the widest vector.</summary>
    private const int WidestVector = 16;

    /// <summary>As many ones as the widest vector takes, and as many zeros: a window on it chooses a vector's first numbers.</summary>
    private static ReadOnlySpan<float> OnesAndZeros =>
        [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>How many blocks some numbers take.</summary>
    /// <param name="count">The numbers.</param>
    public static int BlocksOf(int count) => (int)(((long)count + BlockLength - 1) / BlockLength);

    /// <summary>Folds blocks in the shared memory of a group, each onto its first number. All threads of the group take part.</summary>
    /// <typeparam name="TGroup">The group.</typeparam>
    /// <param name="numbers">The blocks, one after the other; they may have been written just before.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="logOfLength">The logarithm of a block's length.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InGroup<TGroup>(ArrayView<ScalarLane> numbers, int blocks, int logOfLength)
        where TGroup : IWorkGroup
    {
        TGroup.Barrier();
        // The half is a power of two, of which the exponent is known: no thread divides.
        for (int exponent = logOfLength - 1; exponent >= 0; exponent--)
        {
            int half = 1 << exponent;
            for (int i = TGroup.Thread; i < blocks << exponent; i += TGroup.Size)
            {
                int at = ((i >> exponent) << logOfLength) + (i & (half - 1));
                numbers[at] += numbers[at + half];
            }

            TGroup.Barrier();
        }
    }

    /// <summary>Sums up a tile in the shared memory of a group. All threads of the group take part.</summary>
    /// <typeparam name="TGroup">The group.</typeparam>
    /// <param name="numbers">A number of each unit, and behind them the second numbers of units that have two. Overwritten.</param>
    /// <param name="units">Units in a tile.</param>
    /// <returns>The sum.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane OfTileInGroup<TGroup>(ArrayView<ScalarLane> numbers, int units)
        where TGroup : IWorkGroup
    {
        if (units == BlockLength)
        {
            InGroup<TGroup>(numbers, 1, Tile.LogOfLength);
            return numbers[0];
        }

        InGroup<TGroup>(numbers, 2, Tile.LogOfLength - 1);
        return numbers[0] + numbers[units];
    }

    /// <summary>How many units of a tile have a first number; half of the numbers, rounded down, are second ones, if any are.</summary>
    /// <param name="units">Units in a tile.</param>
    /// <param name="length">How many numbers there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FirstNumbers(int units, int length) => units == BlockLength ? length : (length + 1) / 2;

    /// <summary>Sums up a number of each unit of a tile, by one thread alone.</summary>
    /// <param name="numbers">The numbers. Overwritten.</param>
    /// <param name="units">Units in a tile.</param>
    /// <param name="length">How many numbers there are: the others become 0.</param>
    /// <returns>The sum.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane InThread(ArrayView<ScalarLane> numbers, int units, int length)
    {
        for (int i = length; i < units; i++)
            numbers[i] = 0;
        for (int half = units / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
                numbers[i] += numbers[i + half];
        }

        return numbers[0];
    }

    /// <summary>Sums up what a step has measured of a tile on the host.</summary>
    /// <typeparam name="TLane">The vector.</typeparam>
    /// <param name="numbers">The first number of each unit. Overwritten.</param>
    /// <param name="highNumbers">The second number of each unit, where it has two. Overwritten.</param>
    /// <param name="units">Units in a tile.</param>
    /// <param name="length">How many numbers there are: the others become 0.</param>
    /// <remarks>Optimized from the first call on: the very first step of a large tensor makes thousands.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe float OfTile<TLane>(float* numbers, float* highNumbers, int units, int length)
        where TLane : unmanaged, ILane<TLane>
    {
        float sum = OfUnits<TLane>(numbers, units, FirstNumbers(units, length));
        return units == BlockLength ? sum : sum + OfUnits<TLane>(highNumbers, units, length / 2);
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
            int blocks = BlocksOf(count);
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
        Fold((TLane*)block, length / width);
        return OfVector(block, Math.Min(length, width));
    }

    /// <summary>Sums up a number of each unit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe float OfUnits<TLane>(float* numbers, int units, int length)
        where TLane : unmanaged, ILane<TLane>
    {
        if (length < units)
            ClearMissing<TLane>(numbers, units, length);
        int width = sizeof(TLane) / sizeof(float);
        Fold((TLane*)numbers, units / width);
        return OfVector(numbers, width);
    }

    /// <summary>Makes numbers zero that are beyond a tensor's last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void ClearMissing<TLane>(float* numbers, int units, int length)
        where TLane : unmanaged, ILane<TLane>
    {
        int width = sizeof(TLane) / sizeof(float);
        var vectors = (TLane*)numbers;
        // Constant data, which does not move.
        float* zeros = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(OnesAndZeros)) + WidestVector;
        for (int i = length / width; i < units / width; i++)
        {
            TLane isThere = Unsafe.ReadUnaligned<TLane>(zeros - Math.Max(length - (i * width), 0));
            vectors[i] = TLane.Choose(isThere, vectors[i], default);
        }
    }

    /// <summary>Folds vectors in half until one is left; where there is no more to begin with, nothing is done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Fold<TLane>(TLane* vectors, nint count)
        where TLane : unmanaged, ILane<TLane>
    {
        // Two folds at a time, so that half as many numbers pass through memory.
        for (; count >= 4; count >>= 2)
        {
            nint quarter = count >> 2;
            TLane* end = vectors + quarter;
            for (TLane* at = vectors; at < end; at++)
                *at = (*at + at[2 * quarter]) + (at[quarter] + at[3 * quarter]);
        }

        if (count == 2)
            *vectors += vectors[1];
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
