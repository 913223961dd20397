using System.Diagnostics;
using ILGPU.IR.Intrinsics;

namespace Optimi.Kernels;

/// <summary>
/// Rounding to bfloat16 by the instruction that CUDA devices have from sm_80 on. It makes every NaN 0x7FFF; in words that are to be
/// stored the bits are turned into 0x7FC0, as other GPUs store it.
/// </summary>
internal static class PtxBFloat16
{
    private const uint NaNDifference = 0x7FFF - 0x7FC0;

    /// <summary>For <see cref="Exact.PlainNaN"/>: what rounds every NaN as it should needs none replaced.</summary>
    internal static float KeepNaN(float x) => x;

    /// <summary>For numbers that are computed with or joined: no NaN is stored as it leaves this.</summary>
    internal static uint Round(float x) => ConvertToBFloat16Pair(x, 0);

    internal static uint Pack(float low, float high) => PtxNaN.Stored(ConvertToBFloat16Pair(high, low), NaNDifference);

    /// <summary>What is exact in bfloat16 is rounded to itself, in one instruction rather than two, and a NaN of
    /// <see cref="Round"/> becomes the one that is stored.</summary>
    internal static uint Join(float low, float high) => Pack(low, high);

    /// <summary>One instruction: <c>cvt.rn.bf16x2.f32</c>.</summary>
    [IntrinsicImplementation]
    internal static uint ConvertToBFloat16Pair(float high, float low) =>
        throw new UnreachableException($"{high} and {low} were to be converted by a CUDA instruction.");
}
