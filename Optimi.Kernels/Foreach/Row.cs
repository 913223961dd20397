using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// The scalars of a step for the tensors of one group that have taken the same number of steps. Float32 numbers, or integers in
/// the bits of such, and nothing else, so that a row of one number each, as devices read it, becomes a row of vectors by spreading each number.
/// </summary>
/// <typeparam name="TLane">The register.</typeparam>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
internal struct Row<TLane, TRule, TApply>
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

    /// <summary>What is done with gradients when they are loaded.</summary>
    public GradientScalars<TLane> Gradient;

    /// <summary>How the parameters are averaged, if they are.</summary>
    public AverageScalars<TLane> Average;

    /// <summary>How what is stored in few bits is rounded.</summary>
    public RoundingScalars<TLane> Rounding;

    /// <summary>The row of a step.</summary>
    /// <param name="rule">The scalars of the rule.</param>
    /// <param name="scalars">Those of the update beside it.</param>
    /// <param name="isFirstStep">Whether it is the tensors' first.</param>
    /// <param name="around">Those of what the step does with gradients and averages, whatever the rule.</param>
    public static Row<TLane, TRule, TApply> Of(
        in TRule rule, in UpdateScalars scalars, bool isFirstStep, in SurroundingScalars around) => new()
        {
            Rule = rule,
            Apply = TApply.From(scalars),
            L2 = TLane.Splat((float)scalars.L2),
            IsFirstStep = TLane.Splat(isFirstStep ? 1 : 0),
            Gradient = GradientScalars<TLane>.Of(around, scalars.Maximize),
            Average = AverageScalars<TLane>.Of(around),
            Rounding = RoundingScalars<TLane>.Of(scalars.Rounding),
        };

    /// <summary>Reads a row for a pass.</summary>
    /// <typeparam name="TPass">What is done of the step.</typeparam>
    /// <param name="rows">The rows.</param>
    /// <param name="number">The row's number.</param>
    /// <param name="verdict">What was found of the gradients.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Row<TLane, TRule, TApply> Read<TPass>(
        ArrayView<Row<TLane, TRule, TApply>> rows, int number, GradientVerdict verdict)
        where TPass : IPass
    {
        Row<TLane, TRule, TApply> row = rows[number];
        if (TPass.MayScale)
            row.Gradient.Factor *= TLane.Splat(verdict.Factor);
        return row;
    }

    /// <summary>The row of one tensor, for the second pass of a rule that measures.</summary>
    /// <param name="mean">The mean over the tensor of what was measured.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Row<TLane, TRule, TApply> Measured(TLane mean) => new()
    {
        Rule = Rule,
        Apply = TApply.From(TRule.Scalars(Rule, mean)),
        L2 = L2,
        IsFirstStep = IsFirstStep,
        Gradient = Gradient,
        Average = Average,
        Rounding = Rounding,
    };
}
