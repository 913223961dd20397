using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>What is done with gradients when they are loaded: <c>g = clip(F g)</c>.</summary>
/// <typeparam name="TLane">The register.</typeparam>
internal struct GradientScalars<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>F, with the opposite sign for ascent.</summary>
    public TLane Factor;

    /// <summary>-a, where a is the largest size that a gradient may have.</summary>
    public TLane MinusClipValue;

    /// <summary>The scalars of a step.</summary>
    /// <param name="around">F and a.</param>
    /// <param name="maximizes">Whether steps go up the gradient.</param>
    public static GradientScalars<TLane> Of(in SurroundingScalars around, bool maximizes) => new()
    {
        Factor = TLane.Splat(maximizes ? -around.GradientFactor : around.GradientFactor),
        MinusClipValue = TLane.Splat(-around.ClipValue),
    };

    /// <summary>A gradient as the rule is to see it.</summary>
    /// <typeparam name="TPass">What is done of the step.</typeparam>
    /// <param name="gradient">The gradient as it is stored.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Taken<TPass>(TLane gradient)
        where TPass : IPass
    {
        TLane g = gradient;
        if (TPass.MayScale)
            g = Factor * g;
        // Max returns its second argument where one is a NaN, which so stays.
        if (TPass.MayClip)
            g = -TLane.Max(MinusClipValue, -TLane.Max(MinusClipValue, g));
        return g;
    }
}
