using Optimi.Kernels;

namespace Optimi;

/// <summary>Finds out which terms a row of scalars has.</summary>
internal static class RowTerms
{
    /// <summary>The terms that a row asks for in a pass.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="scalars">The scalars beside it.</param>
    /// <param name="isFirstStep">Whether it is the tensors' first step.</param>
    /// <param name="around">What is done with gradients and averages.</param>
    /// <param name="isJudged">Whether the device knows a further factor of the gradients.</param>
    public static Terms Of<TRule, TPass>(
        in TRule rule, in UpdateScalars scalars, bool isFirstStep, in SurroundingScalars around, bool isJudged)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TPass : IPass
    {
        bool begins = TRule.Begins && isFirstStep;
        bool meets = TRule.LooksAhead && TRule.MeetsSlowWeights(rule).Value != 0;
        bool clips = !float.IsPositiveInfinity(around.ClipValue);
        if (begins || clips || (TPass.UpdatesParameters && (meets || around.BeginsAverage)))
            return Terms.All;
        Terms scale = scalars.Maximize || around.GradientFactor != 1 || isJudged ? Terms.Scale : Terms.None;
        // The row cannot know the update before the mean is measured. At most, the update has decay.
        if (!TPass.UpdatesStates)
            return Terms.Decay | scale;
        if (!TPass.UpdatesParameters)
            return scale;
        return scale
            | (scalars.Decay != 0 ? Terms.Decay : Terms.None)
            | (scalars.Shrink != 1 ? Terms.Shrink : Terms.None)
            | (scalars.L2 != 0 ? Terms.L2 : Terms.None);
    }
}
