using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace Optimi.Kernels;

/// <summary>
/// Float32 operations that no backend may fuse, approximate or round differently. The bodies are what the CPU runs; on CUDA
/// and OpenCL <see cref="ExactIntrinsics"/> puts instructions of the same meaning in their place.
/// </summary>
internal static class Exact
{
    /// <summary>The bits of the NaN that every rounding leaves as it is.</summary>
    internal const uint PlainNaNBits = 0x7FC00000;

    /// <summary><c>a + b</c>.</summary>
    /// <param name="a">The first summand.</param>
    /// <param name="b">The second summand.</param>
    [IntrinsicImplementation]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float a, float b) => a + b;

    /// <summary><c>a - b</c>.</summary>
    /// <param name="a">The minuend.</param>
    /// <param name="b">The subtrahend.</param>
    [IntrinsicImplementation]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Subtract(float a, float b) => a - b;

    /// <summary><c>a * b</c>.</summary>
    /// <param name="a">The first factor.</param>
    /// <param name="b">The second factor.</param>
    [IntrinsicImplementation]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Multiply(float a, float b) => a * b;

    /// <summary><c>a * b + c</c>, rounded once.</summary>
    /// <param name="a">The first factor.</param>
    /// <param name="b">The second factor.</param>
    /// <param name="c">The summand.</param>
    [IntrinsicImplementation]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    /// <summary>The same number, or <see cref="PlainNaNBits"/> for every NaN.</summary>
    /// <param name="x">The number.</param>
    [IntrinsicImplementation]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float PlainNaN(float x) => SoftPlainNaN(x);

    /// <summary>The nearest bfloat16 number, ties to even, as the bits of a float32.</summary>
    /// <param name="x">The number; of NaNs only those of <see cref="PlainNaN"/>, or others without a bit that is rounded away.</param>
    [IntrinsicImplementation]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint RoundToBFloat16(float x) => SoftRound(x);

    /// <summary>A word of two bfloat16 numbers, each rounded as <see cref="RoundToBFloat16"/> does.</summary>
    /// <param name="low">The number of the low half.</param>
    /// <param name="high">The number of the high half.</param>
    [IntrinsicImplementation]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint PackBFloat16(float low, float high) => SoftPack(low, high);

    /// <summary>A word of two bfloat16 numbers.</summary>
    /// <param name="low">The number of the low half, from <see cref="RoundToBFloat16"/>.</param>
    /// <param name="high">The number of the high half, from <see cref="RoundToBFloat16"/>.</param>
    [IntrinsicImplementation]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint JoinBFloat16(float low, float high) => SoftJoin(low, high);

    /// <summary>A binary16 number as a float32.</summary>
    /// <param name="half">The number in the low half, zeros in the high one.</param>
    [IntrinsicImplementation]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float WidenFloat16(uint half) => Float16Bits.Widen(half);

    /// <summary>The nearest binary16 number, ties to even, as a float32; NaN stays NaN.</summary>
    /// <param name="x">The number.</param>
    [IntrinsicImplementation]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float RoundToFloat16(float x) => Float16Bits.Round(x);

    /// <summary>A word of two binary16 numbers, each rounded as <see cref="RoundToFloat16"/> does; every NaN becomes 0x7E00.</summary>
    /// <param name="low">The number of the low half.</param>
    /// <param name="high">The number of the high half.</param>
    [IntrinsicImplementation]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint PackFloat16(float low, float high) => Float16Bits.Pack(low, high);

    /// <summary><see cref="PlainNaN"/> for devices that round with no care for NaNs.</summary>
    /// <param name="x">The number.</param>
    /// <remarks>
    /// It chooses between integers: a float32 constant that is NaN is written to OpenCL as <c>NAN</c>, whose bits are all set, and
    /// rounding makes minus zero of that.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float SoftPlainNaN(float x)
    {
        uint bits = Interop.FloatAsInt(x);
        return Interop.IntAsFloat(ILGPU.Util.Utilities.Select((bits & 0x7FFFFFFF) > 0x7F800000, PlainNaNBits, bits));
    }

    /// <summary><see cref="RoundToBFloat16"/> in integers, for devices without an instruction for it.</summary>
    /// <param name="x">The number.</param>
    /// <remarks>
    /// One less than half a unit is added, so that only more than half carries. Half itself must carry where the result would be
    /// odd: there the lowest bit is set first, which makes more of half and changes nothing else. (To set it rather than to add
    /// it lets processors with logic of three operands do so along with the mask.)
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint SoftRound(float x)
    {
        uint bits = Interop.FloatAsInt(x);
        return ((bits | ((bits >> 16) & 1)) + 0x7FFF) & 0xFFFF0000;
    }

    /// <summary><see cref="PackBFloat16"/> in integers, for devices without an instruction for it.</summary>
    /// <param name="low">The number of the low half.</param>
    /// <param name="high">The number of the high half.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint SoftPack(float low, float high) =>
        (SoftRound(low) >> 16) | SoftRound(high);

    /// <summary><see cref="JoinBFloat16"/> in integers, for devices without an instruction for it.</summary>
    /// <param name="low">The number of the low half.</param>
    /// <param name="high">The number of the high half.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint SoftJoin(float low, float high) =>
        (Interop.FloatAsInt(low) >> 16) | Interop.FloatAsInt(high);
}
