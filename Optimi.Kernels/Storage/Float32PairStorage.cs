using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>float32 beside parameters of half its width: a unit is two words, the partners of a word's low and high half.</summary>
internal readonly struct Float32PairStorage : IStorage
{
    /// <inheritdoc/>
    public static int BytesPerUnit => 8;

    /// <inheritdoc/>
    public static int NumbersPerUnit => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Round<TLane>(TLane x)
        where TLane : unmanaged, ILane<TLane> => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLane> Load<TLane, TWords>(in TWords words, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        TLane first = words.Load(2 * unit);
        TLane second = words.Load((2 * unit) + 1);
        return new()
        {
            Low = TLane.PlainNaN(TLane.Even(first, second)),
            High = TLane.PlainNaN(TLane.Odd(first, second)),
        };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => words.StoreTwo(
            unit, TLane.ZipFirst(numbers.Low, numbers.High), TLane.ZipSecond(numbers.Low, numbers.High));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRounded<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => Store(ref words, unit, numbers);
}
