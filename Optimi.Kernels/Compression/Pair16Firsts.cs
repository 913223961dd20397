using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>What encoding the first moments of a group of <see cref="Pair16"/> takes, from the greatest of them.</summary>
/// <typeparam name="TLane">The register: of one group spread over it, or of as many groups as it has places.</typeparam>
internal struct Pair16Firsts<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>Registers of it.</summary>
    internal const int Registers = 4;

    /// <summary>One over the step of m; 0 where all m are zero or NaN.</summary>
    public TLane InverseStep;

    /// <summary>The middle of the codes, and half a code to round to the nearest.</summary>
    public TLane Middle;

    /// <summary>s: the bits of v's code, by which m's is moved.</summary>
    public TLane Shift;

    /// <summary>The header's second word.</summary>
    public TLane Header;

    /// <summary>What encoding takes.</summary>
    /// <param name="greatest">The greatest of the group's m relative to √v, in bits without sign.</param>
    /// <param name="bits">s.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair16Firsts<TLane> Of(TLane greatest, TLane bits)
    {
        TLane zero = TLane.SplatBits(0);
        TLane infinity = TLane.SplatBits(Pair16.Infinity);
        TLane leastScale = TLane.SplatBits(Pair16.LeastScale);
        TLane most = TLane.SplatBits(Pair16.FewestBits + 1);
        TLane share = TLane.ChooseLess(
            bits,
            most,
            TLane.Splat(1f / 255),
            TLane.ChooseLess(most, bits, TLane.Splat(1f / 63), TLane.Splat(1f / 127)));
        TLane step = TLane.AndNot(greatest * share, TLane.SplatBits(3));
        TLane inverse = TLane.ChooseLess(greatest, infinity, TLane.Splat(1) / step, zero);
        step = TLane.ChooseLess(greatest, infinity, step, TLane.SplatBits((int)Exact.PlainNaNBits));
        return new()
        {
            InverseStep = TLane.ChooseLess(greatest, leastScale, zero, inverse),
            Middle = TLane.FromInteger(TLane.ShiftLeft(TLane.SplatBits(1), TLane.SubtractBits(TLane.SplatBits(15), bits)))
                + TLane.Splat(0.5f),
            Shift = bits,
            Header = TLane.Or(
                TLane.ChooseLess(greatest, leastScale, zero, step),
                TLane.SubtractBits(bits, TLane.SplatBits(Pair16.FewestBits))),
        };
    }

    /// <summary>Adds m's codes to words.</summary>
    /// <param name="words">Words of v's codes, from <see cref="Pair16Seconds{TLane}.Words"/>.</param>
    /// <param name="low">The scaled m of the low halves.</param>
    /// <param name="high">Those of the high halves.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Words(TLane words, TLane low, TLane high) => TLane.Xor(
        TLane.Xor(words, TLane.ShiftLeft(Code(low), Shift)),
        TLane.ShiftLeft(Code(high), TLane.AddBits(Shift, TLane.SplatBits(16))));

    /// <summary>The 16 bits of a lone number, in the lower half; what is above is left over.</summary>
    /// <param name="seconds">What its group's second moments take.</param>
    /// <param name="codeFromTop">The code of its second moment, from <see cref="Pair16Seconds{TLane}.CodeFromTop"/>.</param>
    /// <param name="scaled">Its scaled m.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Half(in Pair16Seconds<TLane> seconds, TLane codeFromTop, TLane scaled) => TLane.Xor(
        TLane.Xor(TLane.Or(seconds.MostCode, TLane.SplatBits(0x8000)), codeFromTop), TLane.ShiftLeft(Code(scaled), Shift));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly TLane Code(TLane scaled) =>
        TLane.ToInteger(TLane.Convertible(TLane.MultiplyAdd(scaled, InverseStep, Middle)));
}
