using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>Weights of 16 bits: bfloat16 values and nothing else. Rounding is dithered, so that small steps add up over time.</summary>
internal readonly struct DitheredWeights : IWeights
{
    private const int UpperHalf = unchecked((int)0xFFFF0000);

    /// <inheritdoc/>
    public static int NumbersPerUnit => 2;

    /// <inheritdoc/>
    public static int ValueBytesPerUnit => 4;

    /// <inheritdoc/>
    public static int RestBytesPerUnit => 0;

    /// <inheritdoc/>
    public static bool Dithers => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLane> Load<TLane, TWords>(in TWords values, in TWords rest, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => BFloat16Storage.Load<TLane, TWords>(values, unit);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Round<TLane>(TLane x, TLane dither)
        where TLane : unmanaged, ILane<TLane> => TLane.And(
            TLane.AddBits(TLane.OneNaN(x), TLane.ShiftRightLogical(dither, 16)), TLane.SplatBits(UpperHalf));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLane, TWords>(ref TWords values, ref TWords rest, int unit, Pair<TLane> parameters)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane> => BFloat16Storage.StoreRounded<TLane, TWords>(ref values, unit, parameters);
}
