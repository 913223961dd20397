using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// IEEE binary16, number by number: for devices whose compilers vectorise a work-item's arithmetic, which two numbers of a word would hinder.
/// </summary>
public readonly struct Float16NumberStorage : IStorage
{
    /// <inheritdoc/>
    public static int HalvesPerUnit => 1;

    /// <inheritdoc/>
    public static int NumbersPerUnit => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Round<TLane>(TLane x)
        where TLane : unmanaged, ILane<TLane> => TLane.RoundToFloat16(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLane> Load<TLane, TWords>(in TWords words, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => new(TLane.LowFloat16(words.LoadHalf(unit)), default);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => words.StoreHalf(unit, TLane.PackFloat16(numbers.Low, default));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRounded<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => words.StoreHalf(unit, TLane.PackFloat16(numbers.Low, default));
}
