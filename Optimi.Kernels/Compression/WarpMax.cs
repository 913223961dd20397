using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>The greatest of the integers that neighbours of a warp hold.</summary>
internal static class WarpMax
{
    /// <summary>The greatest of four threads, in each of them.</summary>
    /// <typeparam name="TWarp">The warp.</typeparam>
    /// <typeparam name="TRegister">A register of each thread.</typeparam>
    /// <param name="integers">The integers of all threads, with a sign.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Of4<TWarp, TRegister>(TRegister integers)
        where TWarp : IWarp<TRegister>
        where TRegister : unmanaged
    {
        TRegister greatest = TWarp.Max(integers, TWarp.Exchange(integers, 1));
        return TWarp.Max(greatest, TWarp.Exchange(greatest, 2));
    }

    /// <summary>The greatest of eight threads, in each of them.</summary>
    /// <typeparam name="TWarp">The warp.</typeparam>
    /// <typeparam name="TRegister">A register of each thread.</typeparam>
    /// <param name="integers">The integers of all threads, with a sign.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Of8<TWarp, TRegister>(TRegister integers)
        where TWarp : IWarp<TRegister>
        where TRegister : unmanaged
    {
        TRegister greatest = Of4<TWarp, TRegister>(integers);
        return TWarp.Max(greatest, TWarp.Exchange(greatest, 4));
    }
}
