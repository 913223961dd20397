using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// A storage of units of two numbers, number by number: for work-items of processors, of which a compiler makes vectors. Of two numbers
/// that are computed alike in one work-item it would make a vector of two, and no wider ones.
/// </summary>
/// <typeparam name="TStorage">The storage.</typeparam>
internal readonly struct LoneStorage<TStorage> : IStorage
    where TStorage : IStorage
{
    /// <inheritdoc/>
    public static int BytesPerUnit => TStorage.BytesPerUnit / 2;

    /// <inheritdoc/>
    public static int NumbersPerUnit => 1;

    /// <inheritdoc/>
    public static StateFormat Format => TStorage.Format;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Round<TLane>(TLane x)
        where TLane : unmanaged, ILane<TLane> => TStorage.Round(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLane> Load<TLane, TWords>(in TWords words, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        if (Format != StateFormat.Numbers)
            return new() { Low = words.LoadNear(unit) };
        LoneWord<TLane> word = LoneWords.Load<TLane, TWords>(words, unit, BytesPerUnit);
        return new() { Low = TStorage.Load<TLane, LoneWord<TLane>>(word, 0).Low };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        LoneWord<TLane> word = default;
        if (Format != StateFormat.Numbers)
        {
            words.Store(unit, numbers.Low);
            return;
        }

        TStorage.Store<TLane, LoneWord<TLane>>(ref word, 0, numbers);
        LoneWords.Store(ref words, unit, BytesPerUnit, word.Word);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRounded<TLane, TWords>(ref TWords words, int unit, Pair<TLane> numbers)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        LoneWord<TLane> word = default;
        TStorage.StoreRounded<TLane, LoneWord<TLane>>(ref word, 0, numbers);
        LoneWords.Store(ref words, unit, BytesPerUnit, word.Word);
    }
}
