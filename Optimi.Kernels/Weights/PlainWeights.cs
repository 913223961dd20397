using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>Values and nothing else, rounded to the nearest.</summary>
/// <typeparam name="TStorage">Their storage.</typeparam>
internal readonly struct PlainWeights<TStorage> : IWeights
    where TStorage : IStorage
{
    /// <inheritdoc/>
    public static int NumbersPerUnit => TStorage.NumbersPerUnit;

    /// <inheritdoc/>
    public static int ValueBytesPerUnit => TStorage.BytesPerUnit;

    /// <inheritdoc/>
    public static int RestBytesPerUnit => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLane> Load<TLane, TWords>(in TWords values, in TWords rest, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => TStorage.Load<TLane, TWords>(values, unit);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Round<TLane>(TLane x, TLane dither)
        where TLane : unmanaged, ILane<TLane> => TStorage.Round(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLane, TWords>(ref TWords values, ref TWords rest, int unit, Pair<TLane> parameters)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => TStorage.StoreRounded(ref values, unit, parameters);
}
