using Optimi.Kernels;

namespace Optimi;

/// <summary>The options of an optimizer with a certain rule: they give the rule its scalars.</summary>
/// <typeparam name="TRule">The rule, with <see cref="ScalarLane"/> as its register.</typeparam>
public abstract record RuleOptions<TRule> : OptimizerOptions
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    /// <summary>The scalars of a step, computed in float64 and rounded once to float32.</summary>
    /// <param name="step">The step.</param>
    public abstract TRule Rule(in StepContext step);
}
