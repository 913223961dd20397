using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>Weights of 32 bits: bfloat16 values, and 16 bits more of each, which make them float32 numbers, exactly.</summary>
internal readonly struct SplitWeights32 : IWeights
{
    private const int SignBits = unchecked((int)0x80008000);

    /// <inheritdoc/>
    public static int NumbersPerUnit => 2;

    /// <inheritdoc/>
    public static int ValueBytesPerUnit => 4;

    /// <inheritdoc/>
    public static int RestBytesPerUnit => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TLane> Load<TLane, TWords>(in TWords values, in TWords rest, int unit)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        TLane words = values.Load(unit);
        TLane low = TLane.Xor(rest.Load(unit), TLane.SplatBits(SignBits));
        return new()
        {
            Low = SplitBits.Joined(TLane.Blend(SplitBits.Upper, TLane.ShiftLeft(words, 16), low)),
            High = SplitBits.Joined(TLane.Blend(SplitBits.Upper, words, TLane.ShiftRightLogical(low, 16))),
        };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Round<TLane>(TLane x, TLane dither)
        where TLane : unmanaged, ILane<TLane> => TLane.OneNaN(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLane, TWords>(ref TWords values, ref TWords rest, int unit, Pair<TLane> parameters)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        values.Store(unit, SplitBits.Values(parameters.Low, parameters.High));
        rest.Store(unit, TLane.Blend(SplitBits.Upper, TLane.ShiftLeft(parameters.High, 16), parameters.Low));
    }
}
