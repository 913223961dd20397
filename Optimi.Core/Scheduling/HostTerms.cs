using Optimi.Kernels;

namespace Optimi;

/// <summary>Finds out which loop of the host is enough for a row of scalars.</summary>
internal static class HostTerms
{
    /// <summary>The terms that a row asks for in a pass.</summary>
    public static Terms Of<TRule, TPass>(in TRule rule, in UpdateScalars scalars, bool isFirstStep)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TPass : IPass
    {
        // What a tensor's update is once its mean is measured, the row does not say; but it is not more than decay.
        if (!TPass.UpdatesStates)
            return Terms.Decay;
        bool meets = TRule.LooksAhead && TRule.MeetsSlowWeights(rule).Value != 0;
        return (isFirstStep || meets, scalars.Decay != 0, scalars.Shrink != 1) switch
        {
            (false, false, false) => Terms.None,
            (false, true, false) => Terms.Decay,
            (false, false, true) => Terms.Shrink,
            _ => Terms.All,
        };
    }
}
