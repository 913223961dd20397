using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>How a float32 number is split: its nearest bfloat16 number in the upper half, and what it differs by, as a signed integer,
/// below.</summary>
internal static class SplitBits
{
    /// <summary>Half an ulp of bfloat16, in the bits of a float32.</summary>
    private const int HalfUlp = 0x8000;

    private const int UpperHalf = unchecked((int)0xFFFF0000);

    /// <summary>A word of two bfloat16 numbers: the nearest, ties away from zero.</summary>
    /// <param name="low">The number of the low half; its NaNs are plain ones.</param>
    /// <param name="high">The number of the high half.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Values<TLane>(TLane low, TLane high)
        where TLane : unmanaged, ILane<TLane>
    {
        TLane half = TLane.SplatBits(HalfUlp);
        return TLane.Or(
            TLane.ShiftRightLogical(TLane.AddBits(low, half), 16),
            TLane.And(TLane.AddBits(high, half), TLane.SplatBits(UpperHalf)));
    }

    /// <summary>The upper half of a number and what it differs by, put together again.</summary>
    /// <param name="upper">The bfloat16 number in the upper half, zeros below.</param>
    /// <param name="difference">The difference plus half an ulp, which is not negative, in the lower half.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Joined<TLane>(TLane upper, TLane difference)
        where TLane : unmanaged, ILane<TLane> => TLane.SubtractBits(TLane.Or(upper, difference), TLane.SplatBits(HalfUlp));
}
