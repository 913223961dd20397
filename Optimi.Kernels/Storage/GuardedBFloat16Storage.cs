using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// <see cref="BFloat16Storage"/> for devices whose arithmetic may make NaNs with bits that rounding would carry into the exponent:
/// each is replaced before it is rounded.
/// </summary>
internal readonly struct GuardedBFloat16Storage : IStorage
{
    /// <inheritdoc/>
    public static int BytesPerUnit => BFloat16Storage.BytesPerUnit;

    /// <inheritdoc/>
    public static int NumbersPerUnit => BFloat16Storage.NumbersPerUnit;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Round<TLane>(TLane x)
        where TLane : unmanaged, ILane<TLane> => BFloat16Storage.Round(TLane.PlainNaN(x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLane> Load<TLane, TWords>(in TWords words, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => BFloat16Storage.Load<TLane, TWords>(words, unit);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => BFloat16Storage.Store(
            ref words,
            unit,
            new Pair<TLane>() { Low = TLane.PlainNaN(numbers.Low), High = TLane.PlainNaN(numbers.High) });

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRounded<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => BFloat16Storage.StoreRounded(ref words, unit, numbers);
}
