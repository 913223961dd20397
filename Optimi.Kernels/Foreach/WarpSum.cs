using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Util;

namespace Optimi.Kernels;

/// <summary>
/// The sum of a tile that the registers of a warp hold, in the order of <see cref="TreeSum"/>: level by level, each lane with the lane
/// that is half a block further on.
/// </summary>
public static class WarpSum
{
    /// <summary>Threads of a warp.</summary>
    public const int Lanes = 32;

    /// <summary>Sums up 128 numbers: four of each lane, the first lane's first.</summary>
    /// <param name="quad">The lane's numbers. A number that is missing is 0.</param>
    /// <returns>The sum, in every lane.</returns>
    /// <remarks>
    /// Where two lanes fold several numbers, one of them takes the first half of the sums and the other the second half, so that none is
    /// made twice.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane OfQuads(Quad quad)
    {
        bool takesLast = (Warp.LaneIdx & 16) != 0;
        ScalarLane even = FoldHalf(takesLast, quad.X, quad.Z, 16);
        ScalarLane odd = FoldHalf(takesLast, quad.Y, quad.W, 16);
        ScalarLane sum = FoldHalf((Warp.LaneIdx & 8) != 0, even.Bits, odd.Bits, 8);
        sum = Fold(Fold(Fold(sum, 4), 2), 1);
        // Four sums are left, of the quads' first, second, third and fourth numbers.
        return Fold(Fold(sum, 16), 8);
    }

    /// <summary>Adds the numbers of two quads, one by one.</summary>
    /// <param name="first">The first quad.</param>
    /// <param name="second">The second quad.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Add(Quad first, Quad second) => new()
    {
        X = Add(first.X, second.X),
        Y = Add(first.Y, second.Y),
        Z = Add(first.Z, second.Z),
        W = Add(first.W, second.W),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Add(uint first, uint second) =>
        (ScalarLane.FromBits(first) + ScalarLane.FromBits(second)).Bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScalarLane FoldHalf(bool takesSecond, uint first, uint second, int distance)
    {
        uint kept = Utilities.Select(takesSecond, second, first);
        uint given = Utilities.Select(takesSecond, first, second);
        return ScalarLane.FromBits(kept) + ScalarLane.FromBits(Warp.ShuffleXor(given, distance));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScalarLane Fold(ScalarLane sum, int distance) =>
        sum + ScalarLane.FromBits(Warp.ShuffleXor(sum.Bits, distance));
}
