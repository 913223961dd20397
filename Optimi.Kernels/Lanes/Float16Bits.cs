using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Util;

namespace Optimi.Kernels;

/// <summary>
/// IEEE binary16 in the low halves of words, converted with integers and float32 alone, so that no device needs half precision of
/// its own. No step that counts has a subnormal float32 number as its result: devices that flush those give the same bits.
/// </summary>
internal static class Float16Bits
{
    /// <summary>How many more places float32's fraction has.</summary>
    internal const int FractionShift = 13;

    /// <summary>The bits of infinity.</summary>
    internal const uint Infinity = 0x7C00;

    /// <summary>The bits of the one NaN that is stored.</summary>
    internal const uint NaN = 0x7E00;

    /// <summary>One in float32's exponent.</summary>
    internal const uint ExponentUnit = 1u << 23;

    /// <summary>The difference of the exponents' biases.</summary>
    internal const uint Rebias = (127u - 15) << 23;

    /// <summary>The smallest normal binary16 number, as a float32.</summary>
    internal const uint SmallestNormal = Rebias + ExponentUnit;

    /// <summary>2¹⁶, where binary16 has only infinity, as a float32.</summary>
    internal const uint BeyondLargest = (127u + 16) << 23;

    /// <summary>A float32 whose last place is that of the subnormal binary16 numbers.</summary>
    internal const uint SubnormalMagic = (127u - 15 + (23 - 10) + 1) << 23;

    /// <summary>The same number as a float32; always exact.</summary>
    /// <param name="half">A binary16 number in the low half, zeros in the high one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Widen(uint half)
    {
        uint magnitude = (half & 0x7FFF) << FractionShift;
        uint normal = magnitude + Rebias;
        // One more in the exponent gives a subnormal number the leading one that it has not got; subtracting takes it away.
        uint subnormal = Interop.FloatAsInt(Exact.Subtract(
            Interop.IntAsFloat(normal + ExponentUnit), Interop.IntAsFloat(SmallestNormal)));
        uint finite = Utilities.Select(magnitude < ExponentUnit, subnormal, normal);
        uint any = Utilities.Select(magnitude < (Infinity << FractionShift), finite, normal + Rebias);
        return Interop.IntAsFloat(any | ((half & 0x8000) << 16));
    }

    /// <summary>The nearest binary16 number, ties to even, infinity beyond the largest, every NaN 0x7E00; in the low half.</summary>
    /// <param name="x">The number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Narrow(float x)
    {
        uint bits = Interop.FloatAsInt(x);
        uint magnitude = bits & 0x7FFFFFFF;
        // The addition rounds where binary16 does; what is left above the magic number's bits is the subnormal number.
        uint subnormal = Interop.FloatAsInt(
            Exact.Add(Interop.IntAsFloat(magnitude), Interop.IntAsFloat(SubnormalMagic))) - SubnormalMagic;
        uint odd = (magnitude >> FractionShift) & 1;
        uint rounded = (magnitude - (Rebias - 0xFFF) + odd) >> FractionShift;
        uint finite = Utilities.Select(magnitude < SmallestNormal, subnormal, rounded);
        uint number = Utilities.Select(magnitude < BeyondLargest, finite, Infinity);
        uint signed = number | ((bits >> 16) & 0x8000);
        return Utilities.Select(magnitude > 0x7F800000, NaN, signed);
    }

    /// <summary>The nearest binary16 number as a float32.</summary>
    /// <param name="x">The number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Round(float x) => Widen(Narrow(x));

    /// <summary>The nearest binary16 numbers in one word.</summary>
    /// <param name="low">The number of the low half.</param>
    /// <param name="high">The number of the high half.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Pack(float low, float high) => Narrow(low) | (Narrow(high) << 16);
}
