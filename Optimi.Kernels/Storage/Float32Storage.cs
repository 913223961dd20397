using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>float32: a word holds one number.</summary>
internal readonly struct Float32Storage : IStorage
{
    /// <inheritdoc/>
    public static int BytesPerUnit => 4;

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
        where TWords : struct, IWords<TLane> => new() { Low = words.Load(unit) };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => words.Store(unit, numbers.Low);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRounded<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => words.Store(unit, numbers.Low);
}
