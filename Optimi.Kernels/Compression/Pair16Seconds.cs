using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>What encoding the second moments of a group of <see cref="Pair16"/> takes, from the least and the greatest of them.</summary>
/// <typeparam name="TLane">The register: of one group spread over it, or of as many groups as it has places.</typeparam>
internal struct Pair16Seconds<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>Registers of it.</summary>
    internal const int Registers = 6;

    /// <summary>32 octaves: what is further below the greatest becomes about that.</summary>
    private const int MostDistance = 1 << 28;

    /// <summary>What makes the complement of a root's exponent of a v's bits; see <see cref="Scaled"/>.</summary>
    private const int OfComplement = 0x40800000;

    /// <summary>The greatest v, in bits rounded up.</summary>
    public TLane Top;

    /// <summary>δ: the step of v.</summary>
    public TLane Delta;

    /// <summary>1 / δ.</summary>
    public TLane InverseDelta;

    /// <summary>The greatest code of v.</summary>
    public TLane MostCode;

    /// <summary>s: the bits of v's code.</summary>
    public TLane Bits;

    /// <summary>The header's first word.</summary>
    public TLane Header;

    /// <summary>What encoding takes.</summary>
    /// <param name="greatest">The greatest of the group's <see cref="Pair16.Bounded"/>.</param>
    /// <param name="deepest">The greatest of their <see cref="Pair16.Depth"/>.</param>
    /// <param name="spread">The distance between least and greatest from which on v gets one bit more.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair16Seconds<TLane> Of(TLane greatest, TLane deepest, TLane spread)
    {
        TLane zero = TLane.SplatBits(0);
        TLane one = TLane.SplatBits(1);
        TLane least = TLane.SplatBits(Pair16.Least);
        TLane top = TLane.ChooseLess(
            greatest, least, zero, TLane.AndNot(TLane.AddBits(greatest, TLane.SplatBits(0xFF)), TLane.SplatBits(0xFF)));
        TLane low = TLane.SubtractBits(TLane.SplatBits(unchecked(Pair16.Least + Pair16.Magnitude)), deepest);
        TLane distance = TLane.ChooseLess(
            greatest, least, zero, TLane.MinBits(TLane.SubtractBits(top, low), TLane.SplatBits(MostDistance)));
        TLane bits = TLane.ChooseLess(
            distance,
            spread,
            TLane.SplatBits(Pair16.FewestBits),
            TLane.ChooseLess(
                distance,
                TLane.ShiftLeft(spread, 2),
                TLane.SplatBits(Pair16.FewestBits + 1),
                TLane.SplatBits(Pair16.FewestBits + 2)));
        // δ has four bits and a power of two, and is rounded up, so that the least v is within reach of the codes.
        TLane quotient = TLane.AddBits(
            TLane.AddBits(
                TLane.ShiftRight(distance, bits),
                TLane.ShiftRight(distance, TLane.SubtractBits(TLane.AddBits(bits, bits), TLane.SplatBits(2)))),
            one);
        TLane exponent = TLane.MaxBits(
            TLane.SubtractBits(TLane.ShiftRightLogical(TLane.FromInteger(quotient), 23), TLane.SplatBits(130)), zero);
        TLane fraction = TLane.MaxBits(
            TLane.ShiftRight(
                TLane.SubtractBits(TLane.AddBits(quotient, TLane.ShiftLeft(one, exponent)), one), exponent),
            TLane.SplatBits(8));
        TLane delta = TLane.ShiftLeft(fraction, exponent);
        return new()
        {
            Top = top,
            Delta = delta,
            InverseDelta = TLane.Splat(1) / TLane.FromInteger(delta),
            MostCode = TLane.SubtractBits(TLane.ShiftLeft(one, bits), one),
            Bits = bits,
            Header = TLane.Or(
                top, TLane.SubtractBits(TLane.AddBits(TLane.ShiftLeft(exponent, 3), fraction), TLane.SplatBits(8))),
        };
    }

    /// <summary>The code of v, counted from the greatest one down: that of the greatest v is 0.</summary>
    /// <param name="bounded">The <see cref="Pair16.Bounded"/> bits of v.</param>
    /// <param name="dither">The bits that decide how it is rounded.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane CodeFromTop(TLane bounded, TLane dither)
    {
        TLane share = TLane.FromInteger(TLane.ShiftRightLogical(dither, 8)) * TLane.Splat(1f / (1 << 24));
        TLane code = TLane.ToInteger(
            TLane.MultiplyAdd(TLane.FromInteger(TLane.SubtractBits(Top, bounded)), InverseDelta, share));
        return TLane.ChooseLess(
            bounded,
            TLane.SplatBits(Pair16.Least),
            MostCode,
            TLane.MinBits(code, TLane.SubtractBits(MostCode, TLane.SplatBits(1))));
    }

    /// <summary>m relative to the root of v as it is decoded: over the power of two at or below it.</summary>
    /// <param name="first">m.</param>
    /// <param name="codeFromTop">The code of v, from <see cref="CodeFromTop"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Scaled(TLane first, TLane codeFromTop)
    {
        // The exponent of one over the root is the complement of the root's: what is added to v makes it come out so.
        TLane complement = TLane.ChooseLess(
            codeFromTop,
            MostCode,
            TLane.SubtractBits(TLane.AddBits(Top, TLane.SplatBits(OfComplement)), TLane.MultiplyBits(codeFromTop, Delta)),
            TLane.SplatBits(OfComplement));
        return first * TLane.AndNot(TLane.SplatBits(Pair16.Infinity), TLane.ShiftRightLogical(complement, 1));
    }

    /// <summary>Words of v's codes, in which m's codes are still missing: see <see cref="Pair16Firsts{TLane}.Words"/>.</summary>
    /// <param name="lowFromTop">The codes of the low halves, from <see cref="CodeFromTop"/>.</param>
    /// <param name="highFromTop">Those of the high halves.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Words(TLane lowFromTop, TLane highFromTop)
    {
        // A code counted from the bottom is the complement of its bits; so is the sign of m's code.
        TLane complement = TLane.Or(MostCode, TLane.SplatBits(0x8000));
        return TLane.Xor(
            TLane.Xor(lowFromTop, TLane.ShiftLeft(highFromTop, 16)), TLane.Or(complement, TLane.ShiftLeft(complement, 16)));
    }
}
