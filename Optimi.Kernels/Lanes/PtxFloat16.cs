using System.Diagnostics;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace Optimi.Kernels;

/// <summary>
/// Conversions to binary16 and back by the instructions that CUDA devices have from sm_80 on. They make every NaN 0x7FFF; in words that
/// are to be stored the bits are turned into 0x7E00.
/// </summary>
internal static class PtxFloat16
{
    private const uint NaNDifference = 0x7FFF - Float16Bits.NaN;

    /// <summary>A reinterpretation as ILGPU's half-precision type, and that type's conversion: <c>cvt.f32.f16</c>.</summary>
    internal static float Widen(uint half) => Interop.IntAsFloat((ushort)half);

    /// <summary>For numbers that are computed with or packed: no NaN is stored as it leaves this.</summary>
    internal static float Round(float x) => Widen(ConvertToFloat16Pair(0, x));

    internal static uint Pack(float low, float high) => PtxNaN.Stored(ConvertToFloat16Pair(high, low), NaNDifference);

    /// <summary>One instruction: <c>cvt.rn.f16x2.f32</c>.</summary>
    [IntrinsicImplementation]
    internal static uint ConvertToFloat16Pair(float high, float low) =>
        throw new UnreachableException($"{high} and {low} were to be converted by a CUDA instruction.");
}
