using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>How a float32 number is split: its nearest bfloat16 number in the upper half, and what it differs by, as a signed integer,
/// below.</summary>
internal static class SplitBits
{
    /// <summary>Half an ulp of bfloat16, in the bits of a float32.</summary>
    private const int HalfUlp = 0x8000;

    /// <summary>The bits of the upper half.</summary>
    public const int Upper = unchecked((int)0xFFFF0000);

    /// <summary>A word of two bfloat16 numbers: the nearest, ties away from zero.</summary>
    /// <param name="low">The number of the low half; its NaNs are plain ones.</param>
    /// <param name="high">The number of the high half.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Values<TLane>(TLane low, TLane high)
        where TLane : unmanaged, ILane<TLane>
    {
        TLane half = TLane.SplatBits(HalfUlp);
        return TLane.JoinUpper(TLane.AddBits(low, half), TLane.AddBits(high, half));
    }

    /// <summary>A number of its halves.</summary>
    /// <param name="halves">The nearest bfloat16 number in the upper half, what the number differs by plus half an ulp, which is not
    /// negative, in the lower one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Joined<TLane>(TLane halves)
        where TLane : unmanaged, ILane<TLane> => TLane.SubtractBits(halves, TLane.SplatBits(HalfUlp));
}
