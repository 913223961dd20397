using CsCheck;

namespace Optimi.Tests;

/// <summary>Float32 numbers for tests: any bits, and those on which roundings go wrong.</summary>
internal static class Floats
{
    /// <summary>NaNs of all kinds, infinities, zeros, subnormals, ties and their neighbours, the brink of overflow.</summary>
    public static readonly float[] Special =
    [
        .. ((uint[])
        [
            0x7FFFFFFF, 0xFFFFFFFF, 0x7FC00000, 0xFFC00000, 0x7F800001, 0xFF800001, 0x7FBFFFFF,
            0x7F800000, 0xFF800000, 0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007FFFFF, 0x00800000,
            0x00008000, 0x00008001, 0x00018000, 0x00017FFF, 0x3F808000, 0x3F808001, 0x3F807FFF, 0x3F818000, 0xBF818000,
            0x7F7FFFFF, 0xFF7FFFFF, 0x7F7F8000, 0x7F7F7FFF, 0x7F7F0000,
        ]).Select(BitConverter.UInt32BitsToSingle),
    ];

    public static Gen<float> Any { get; } = Gen.Frequency(
        (4, Gen.UInt.Select(BitConverter.UInt32BitsToSingle)),
        (2, Gen.Float[-10, 10]),
        (1, Gen.Int[0, Special.Length - 1].Select(i => Special[i])));

    /// <summary>Numbers on which rounding to binary16 goes wrong: ties and their neighbours, subnormals, the brink of overflow.</summary>
    public static Gen<float> AroundFloat16 { get; } = Gen.Frequency(
        (1, Any),
        (1, Gen.Float[-70_000, 70_000]),
        (2, Gen.Select(Gen.UShort, Gen.Int[-2, 2], Gen.Bool, (bits, ulps, half) =>
        {
            float number = (float)BitConverter.UInt16BitsToHalf(bits);
            float next = (float)BitConverter.UInt16BitsToHalf((ushort)(bits + 1));
            float at = half ? (number / 2) + (next / 2) : number;
            return float.IsFinite(at) ? BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(at) + ulps) : at;
        })));

    /// <summary>The nearest bfloat16 by definition: of the two around a number the nearer one, of two as near the even one.</summary>
    public static ushort NearestBFloat16(float x)
    {
        if (float.IsNaN(x))
            return 0x7FC0;
        ushort towardsZero = (ushort)(BitConverter.SingleToUInt32Bits(x) >> 16);
        if (float.IsInfinity(x))
            return towardsZero;
        double below = Math.Abs(x) - Magnitude(towardsZero);
        double above = Magnitude((ushort)(towardsZero + 1)) - Math.Abs(x);
        bool up = above < below || (above == below && towardsZero % 2 == 1);
        return (ushort)(towardsZero + (up ? 1 : 0));
    }

    /// <summary>Bits that may be compared: NaNs are all one.</summary>
    public static uint Comparable(float x) => float.IsNaN(x) ? 0x7FC00000 : BitConverter.SingleToUInt32Bits(x);

    /// <summary>The magnitude; of infinity, where the next number would be.</summary>
    private static double Magnitude(ushort bits)
    {
        int exponent = (bits >> 7) & 0xFF;
        int fraction = bits & 0x7F;
        return exponent == 0 ? fraction * Math.Pow(2, -133) : (128 + fraction) * Math.Pow(2, exponent - 134);
    }
}
