using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>Values, and the Kahan compensation of each: what rounding it has lost.</summary>
/// <typeparam name="TStorage">The storage of both.</typeparam>
internal readonly struct KahanWeights<TStorage> : IWeights
    where TStorage : IStorage
{
    /// <inheritdoc/>
    public static int NumbersPerUnit => TStorage.NumbersPerUnit;

    /// <inheritdoc/>
    public static int ValueBytesPerUnit => TStorage.BytesPerUnit;

    /// <inheritdoc/>
    public static int RestBytesPerUnit => TStorage.BytesPerUnit;

    /// <inheritdoc/>
    public static bool IsCompensated => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLane> Load<TLane, TWords>(in TWords values, in TWords rest, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => TStorage.Load<TLane, TWords>(values, unit);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLane> LoadCompensation<TLane, TWords>(in TWords rest, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => TStorage.Load<TLane, TWords>(rest, unit);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Round<TLane>(TLane x, TLane dither)
        where TLane : unmanaged, ILane<TLane> => TStorage.Round(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Whole<TLane>(TLane parameter, TLane compensation)
        where TLane : unmanaged, ILane<TLane> => parameter + compensation;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane RoundCompensation<TLane>(TLane compensation)
        where TLane : unmanaged, ILane<TLane> => TStorage.Round(compensation);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLane, TWords>(ref TWords values, ref TWords rest, int unit, Pair<TLane> parameters)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => TStorage.StoreRounded(ref values, unit, parameters);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreCompensation<TLane, TWords>(ref TWords rest, int unit, Pair<TLane> compensation)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => TStorage.Store(ref rest, unit, compensation);
}
