using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// The scalars of a step for the tensors of one group that have taken the same number of steps. Float32 numbers and nothing
/// else, so that a row of one number each, as devices read it, becomes a row of vectors by spreading each number.
/// </summary>
/// <typeparam name="TLane">The register.</typeparam>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
public struct Row<TLane, TRule, TApply>
    where TLane : unmanaged, ILane<TLane>
    where TRule : unmanaged, IUpdateRule<TRule, TLane>
    where TApply : unmanaged, IApply<TApply, TLane>
{
    /// <summary>The scalars of the rule.</summary>
    public TRule Rule;

    /// <summary>The scalars of the application.</summary>
    public TApply Apply;

    /// <summary>λ of weight decay as part of the gradient; 0 for none.</summary>
    public TLane L2;

    /// <summary>1 in the tensors' first step, else 0.</summary>
    public TLane IsFirstStep;

    /// <summary>What gradients are multiplied by when they are loaded: 1, or -1 for ascent.</summary>
    public TLane GradientSign;

    /// <summary>The row of a step.</summary>
    /// <param name="rule">The scalars of the rule.</param>
    /// <param name="scalars">Those of the update beside it.</param>
    /// <param name="isFirstStep">Whether it is the tensors' first.</param>
    public static Row<TLane, TRule, TApply> Of(in TRule rule, in UpdateScalars scalars, bool isFirstStep) => new()
    {
        Rule = rule,
        Apply = TApply.From(scalars),
        L2 = TLane.Splat((float)scalars.L2),
        IsFirstStep = TLane.Splat(isFirstStep ? 1 : 0),
        GradientSign = TLane.Splat(scalars.Maximize ? -1 : 1),
    };

    /// <summary>The row of one tensor, for the second pass of a rule that measures.</summary>
    /// <param name="mean">The mean over the tensor of what was measured.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Row<TLane, TRule, TApply> Measured(TLane mean) => new()
    {
        Rule = Rule,
        Apply = TApply.From(TRule.Scalars(Rule, mean)),
        L2 = L2,
        IsFirstStep = IsFirstStep,
        GradientSign = GradientSign,
    };
}
