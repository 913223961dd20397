using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>A slot that is not used: it reads as zero, and what is written to it is gone. It costs nothing in the loop.</summary>
internal readonly struct NoStorage : IStorage
{
    /// <inheritdoc/>
    public static int BytesPerUnit => 0;

    /// <inheritdoc/>
    public static int NumbersPerUnit => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Round<TLane>(TLane x)
        where TLane : unmanaged, ILane<TLane> => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLane> Load<TLane, TWords>(in TWords words, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => default;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRounded<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
    }
}
