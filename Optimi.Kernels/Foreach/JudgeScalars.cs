using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>What is asked of the gradients before a step. Float32 numbers and nothing else, as kernels' arguments are best.</summary>
/// <param name="Unscale">u: what gradients are multiplied by, so that they are no longer scaled as the loss was; 1 for nothing.</param>
/// <param name="MaxNorm">The largest norm that all of them together may have; infinite for any.</param>
/// <param name="Skips">Not 0 if a step with a gradient that is not finite is skipped.</param>
internal readonly record struct JudgeScalars(float Unscale, float MaxNorm, float Skips)
{
    /// <summary>The verdict on gradients.</summary>
    /// <param name="sum">S: the sum of the squares of all of them, unscaled.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public GradientVerdict Of(ScalarLane sum)
    {
        // A NaN norm clips nothing, and neither does an infinite bound, even of an infinite norm.
        float ratio = ((ScalarLane)MaxNorm / (ScalarLane.Sqrt(sum) + 1e-6f)).Value;
        float clip = ratio < 1 ? ratio : 1;
        // Infinity and NaN less themselves are NaN.
        bool isFinite = (sum - sum).Value == 0;
        return new(Unscale * clip, Skips != 0 && !isFinite ? 0 : -1);
    }
}
