using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>Weights of units of two numbers, number by number; see <see cref="LoneStorage{TStorage}"/>.</summary>
/// <typeparam name="TWeights">How parameters are kept.</typeparam>
internal readonly struct LoneWeights<TWeights> : IWeights
    where TWeights : IWeights
{
    /// <inheritdoc/>
    public static int NumbersPerUnit => 1;

    /// <inheritdoc/>
    public static int ValueBytesPerUnit => TWeights.ValueBytesPerUnit / 2;

    /// <inheritdoc/>
    public static int RestBytesPerUnit => TWeights.RestBytesPerUnit / 2;

    /// <inheritdoc/>
    public static bool IsCompensated => TWeights.IsCompensated;

    /// <inheritdoc/>
    public static bool Dithers => TWeights.Dithers;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLane> Load<TLane, TWords>(in TWords values, in TWords rest, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        LoneWord<TLane> word = LoneWords.Load<TLane, TWords>(values, unit, ValueBytesPerUnit);
        LoneWord<TLane> more = default;
        if (!IsCompensated)
            more = LoneWords.Load<TLane, TWords>(rest, unit, RestBytesPerUnit);
        return new() { Low = TWeights.Load<TLane, LoneWord<TLane>>(word, more, 0).Low };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLane> LoadCompensation<TLane, TWords>(in TWords rest, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        if (!IsCompensated)
            return default;
        LoneWord<TLane> word = LoneWords.Load<TLane, TWords>(rest, unit, RestBytesPerUnit);
        return new() { Low = TWeights.LoadCompensation<TLane, LoneWord<TLane>>(word, 0).Low };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Round<TLane>(TLane x, TLane dither)
        where TLane : unmanaged, ILane<TLane> => TWeights.Round(x, dither);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Whole<TLane>(TLane parameter, TLane compensation)
        where TLane : unmanaged, ILane<TLane> => TWeights.Whole(parameter, compensation);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane RoundCompensation<TLane>(TLane compensation)
        where TLane : unmanaged, ILane<TLane> => TWeights.RoundCompensation(compensation);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLane, TWords>(ref TWords values, ref TWords rest, int unit, Pair<TLane> parameters)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        LoneWord<TLane> word = default;
        LoneWord<TLane> more = default;
        TWeights.Store<TLane, LoneWord<TLane>>(ref word, ref more, 0, parameters);
        LoneWords.Store(ref values, unit, ValueBytesPerUnit, word.Word);
        if (!IsCompensated)
            LoneWords.Store(ref rest, unit, RestBytesPerUnit, more.Word);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreCompensation<TLane, TWords>(ref TWords rest, int unit, Pair<TLane> compensation)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        if (!IsCompensated)
            return;
        LoneWord<TLane> word = default;
        TWeights.StoreCompensation<TLane, LoneWord<TLane>>(ref word, 0, compensation);
        LoneWords.Store(ref rest, unit, RestBytesPerUnit, word.Word);
    }
}
