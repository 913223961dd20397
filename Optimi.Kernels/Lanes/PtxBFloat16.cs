using System.Diagnostics;
using ILGPU;
using ILGPU.IR.Intrinsics;

namespace Optimi.Kernels;

/// <summary>
/// Rounding to bfloat16 by the instruction that CUDA devices have from sm_80 on. It makes every NaN 0x7FFF; the bits are
/// turned into 0x7FC0, as other GPUs store it.
/// </summary>
internal static class PtxBFloat16
{
    private const uint NaNDifference = 0x7FFF ^ 0x7FC0;

    /// <summary>For <see cref="Exact.PlainNaN"/>: what rounds every NaN as it should needs none replaced.</summary>
    internal static float KeepNaN(float x) => x;

    internal static uint Round(float x) => ConvertPair(x, 0) ^ (CorrectionForNaN(x) << 16);

    internal static uint Pack(float low, float high) =>
        ConvertPair(high, low) ^ (CorrectionForNaN(high) << 16) ^ CorrectionForNaN(low);

    /// <summary>One instruction: <c>cvt.rn.bf16x2.f32</c>.</summary>
    [IntrinsicImplementation]
    internal static uint ConvertPair(float high, float low) =>
        throw new UnreachableException($"{high} and {low} were to be converted by a CUDA instruction.");

    private static uint CorrectionForNaN(float x) =>
        ILGPU.Util.Utilities.Select((Interop.FloatAsInt(x) & 0x7FFFFFFF) > 0x7F800000, NaNDifference, 0u);
}
