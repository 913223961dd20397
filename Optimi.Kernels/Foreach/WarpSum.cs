using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// The sum of a tile that the registers of a warp hold, in the order of <see cref="TreeSum"/>: level by level, each lane with the lane
/// that is half a block further on.
/// </summary>
internal static class WarpSum
{
    /// <summary>Threads of a warp.</summary>
    public const int Lanes = 32;

    /// <summary>Sums up 128 numbers: four of each lane, the first lane's first.</summary>
    /// <typeparam name="TWarp">The warp.</typeparam>
    /// <typeparam name="TRegister">A register of each thread.</typeparam>
    /// <param name="x">Each lane's first number. A number that is missing is 0.</param>
    /// <param name="y">Each lane's second number.</param>
    /// <param name="z">Each lane's third number.</param>
    /// <param name="w">Each lane's fourth number.</param>
    /// <returns>The sum, in every lane.</returns>
    /// <remarks>
    /// Where two lanes fold several numbers, one of them takes the first half of the sums and the other the second half, so that none is
    /// made twice.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister OfQuads<TWarp, TRegister>(TRegister x, TRegister y, TRegister z, TRegister w)
        where TWarp : IWarp<TRegister>
        where TRegister : unmanaged
    {
        TRegister even = FoldHalf<TWarp, TRegister>(x, z, 16);
        TRegister odd = FoldHalf<TWarp, TRegister>(y, w, 16);
        TRegister sum = FoldHalf<TWarp, TRegister>(even, odd, 8);
        sum = Fold<TWarp, TRegister>(sum, 4);
        sum = Fold<TWarp, TRegister>(sum, 2);
        sum = Fold<TWarp, TRegister>(sum, 1);
        // Four sums are left, of the quads' first, second, third and fourth numbers.
        sum = Fold<TWarp, TRegister>(sum, 16);
        return Fold<TWarp, TRegister>(sum, 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TRegister FoldHalf<TWarp, TRegister>(TRegister first, TRegister second, int distance)
        where TWarp : IWarp<TRegister>
        where TRegister : unmanaged
    {
        TRegister kept = TWarp.Choose(distance, second, first);
        TRegister given = TWarp.Choose(distance, first, second);
        return TWarp.Add(kept, TWarp.Exchange(given, distance));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TRegister Fold<TWarp, TRegister>(TRegister sum, int distance)
        where TWarp : IWarp<TRegister>
        where TRegister : unmanaged => TWarp.Add(sum, TWarp.Exchange(sum, distance));
}
