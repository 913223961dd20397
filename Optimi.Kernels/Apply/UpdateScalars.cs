namespace Optimi.Kernels;

/// <summary>The scalars of an update beside the rule's own, in float64 as the host computes them.</summary>
/// <param name="Scale">s of the update p + s x: most often -lr.</param>
/// <param name="Decay">d: the share of the parameter that decoupled weight decay takes away before the update; 0 for none.</param>
/// <param name="Shrink">i: what the updated parameter is multiplied by, for decay after the update; 1 for none.</param>
/// <param name="L2">λ of weight decay as part of the gradient, g + λ p; 0 for none. Of no effect in steps that only accumulate, and on
/// rules that measure.</param>
/// <param name="Maximize">Whether gradients are taken with the opposite sign (ascent).</param>
public readonly record struct UpdateScalars(
    double Scale, double Decay, double Shrink = 1, double L2 = 0, bool Maximize = false)
{
    /// <summary>How what is stored in few bits is rounded.</summary>
    internal Rounding Rounding { get; init; } = Rounding.Nearest;
}
