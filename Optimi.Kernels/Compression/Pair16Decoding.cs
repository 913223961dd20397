using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>What decoding a group of <see cref="Pair16"/> takes, from its header.</summary>
/// <typeparam name="TLane">The register: of one group spread over it, or of as many groups as it has places.</typeparam>
internal struct Pair16Decoding<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>Registers of it.</summary>
    internal const int Registers = 5;

    /// <summary>The bits of v whose code would be zero.</summary>
    public TLane Bottom;

    /// <summary>δ: the step of v.</summary>
    public TLane Delta;

    /// <summary>The bits of v's code.</summary>
    public TLane SecondMask;

    /// <summary>The bits of m's code, where it is in the upper half.</summary>
    public TLane FirstMask;

    /// <summary>What m's code in the upper half is multiplied by: its step over the power of two by which it was moved there.</summary>
    public TLane FirstStep;

    /// <summary>What decoding takes.</summary>
    /// <param name="second">The header's first word, of v.</param>
    /// <param name="first">Its second word, of m.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair16Decoding<TLane> Of(TLane second, TLane first)
    {
        TLane code = TLane.And(second, TLane.SplatBits(0xFF));
        TLane delta = TLane.ShiftLeft(
            TLane.AddBits(TLane.And(code, TLane.SplatBits(7)), TLane.SplatBits(8)), TLane.ShiftRight(code, 3));
        TLane bits = TLane.AddBits(TLane.And(first, TLane.SplatBits(3)), TLane.SplatBits(Pair16.FewestBits));
        TLane mask = TLane.SubtractBits(TLane.ShiftLeft(TLane.SplatBits(1), bits), TLane.SplatBits(1));
        TLane power = TLane.ShiftLeft(TLane.SubtractBits(TLane.SplatBits(127 - 16), bits), 23);
        return new()
        {
            Bottom = TLane.SubtractBits(TLane.AndNot(second, TLane.SplatBits(0xFF)), TLane.MultiplyBits(mask, delta)),
            Delta = delta,
            SecondMask = mask,
            FirstMask = TLane.AndNot(TLane.SplatBits(unchecked((int)0xFFFF0000)), TLane.ShiftLeft(mask, 16)),
            FirstStep = TLane.AndNot(first, TLane.SplatBits(3)) * power,
        };
    }

    /// <summary>The moments of the numbers in the low halves of words.</summary>
    /// <param name="words">The words.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Moments<TLane> Low(TLane words) =>
        Decoded(TLane.And(TLane.ShiftLeft(words, 16), FirstMask), TLane.And(words, SecondMask));

    /// <summary>The moments of the numbers in the high halves.</summary>
    /// <param name="words">The words.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Moments<TLane> High(TLane words) =>
        Decoded(TLane.And(words, FirstMask), TLane.And(TLane.ShiftRightLogical(words, 16), SecondMask));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Moments<TLane> Decoded(TLane first, TLane second)
    {
        TLane v = TLane.ChooseLess(
            second, TLane.SplatBits(1), TLane.SplatBits(0), TLane.AddBits(Bottom, TLane.MultiplyBits(second, Delta)));
        return new(TLane.FromInteger(first) * FirstStep * Pair16.RootScale(v), v);
    }
}
