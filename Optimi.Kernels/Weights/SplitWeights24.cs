using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// Weights of 24 bits: bfloat16 values, and 8 bits more of each. Rounding is dithered, so that steps far below what the bits resolve add
/// up over time.
/// </summary>
internal readonly struct SplitWeights24 : IWeights
{
    private const int SignBits = 0x8080;

    /// <inheritdoc/>
    public static int NumbersPerUnit => 2;

    /// <inheritdoc/>
    public static int ValueBytesPerUnit => 4;

    /// <inheritdoc/>
    public static int RestBytesPerUnit => 2;

    /// <inheritdoc/>
    public static bool Dithers => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLane> Load<TLane, TWords>(in TWords values, in TWords rest, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        TLane words = values.Load(unit);
        TLane low = TLane.Xor(rest.LoadHalf(unit), TLane.SplatBits(SignBits));
        return new()
        {
            Low = SplitBits.Joined(TLane.Blend(0xFF00, TLane.ShiftLeft(low, 8), TLane.ShiftLeft(words, 16))),
            High = SplitBits.Joined(TLane.Blend(SplitBits.Upper, words, TLane.And(low, TLane.SplatBits(0xFF00)))),
        };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Round<TLane>(TLane x, TLane dither)
        where TLane : unmanaged, ILane<TLane> => TLane.AndNot(
            TLane.AddBits(TLane.OneNaN(x), TLane.ShiftRightLogical(dither, 24)), TLane.SplatBits(0xFF));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLane, TWords>(ref TWords values, ref TWords rest, int unit, Pair<TLane> parameters)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        values.Store(unit, SplitBits.Values(parameters.Low, parameters.High));
        rest.StoreHalf(unit, TLane.Blend(0xFF, TLane.ShiftRightLogical(parameters.Low, 8), parameters.High));
    }
}
