using Optimi.Kernels;

namespace Optimi;

/// <summary>Finds out which terms a row of scalars has.</summary>
internal static class RowTerms
{
    /// <summary>The terms that a row asks for in a pass.</summary>
    public static Terms Of<TRule, TPass>(in TRule rule, in UpdateScalars scalars, bool isFirstStep)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TPass : IPass
    {
        bool begins = TRule.Begins && isFirstStep;
        bool meets = TRule.LooksAhead && TRule.MeetsSlowWeights(rule).Value != 0;
        if (begins || scalars.Maximize || (meets && TPass.UpdatesParameters))
            return Terms.All;
        // The row cannot know the update before the mean is measured. At most, the update has decay.
        if (!TPass.UpdatesStates)
            return Terms.Decay;
        if (!TPass.UpdatesParameters)
            return Terms.None;
        return (scalars.Decay != 0 ? Terms.Decay : Terms.None)
            | (scalars.Shrink != 1 ? Terms.Shrink : Terms.None)
            | (scalars.L2 != 0 ? Terms.L2 : Terms.None);
    }
}
