using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>IEEE binary16: a word holds two numbers, the first of them in its low half.</summary>
internal readonly struct Float16Storage : IStorage
{
    /// <inheritdoc/>
    public static int BytesPerUnit => 4;

    /// <inheritdoc/>
    public static int NumbersPerUnit => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Round<TLane>(TLane x)
        where TLane : unmanaged, ILane<TLane> => TLane.RoundToFloat16(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLane> Load<TLane, TWords>(in TWords words, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        TLane both = words.Load(unit);
        return new() { Low = TLane.LowFloat16(both), High = TLane.HighFloat16(both) };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => words.Store(unit, TLane.PackFloat16(numbers.Low, numbers.High));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRounded<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => Store(ref words, unit, numbers);
}
