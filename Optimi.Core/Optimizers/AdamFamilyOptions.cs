using Optimi.Kernels;

namespace Optimi;

/// <summary>The options of optimizers that step as Adam does, with L2 or decoupled weight decay.</summary>
/// <typeparam name="TRule">The rule.</typeparam>
public abstract record AdamFamilyOptions<TRule> : MomentOptions<TRule>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    /// <summary>Whether weight decay acts on the parameter rather than on the gradient (L2). Default false unless the optimizer
    /// says otherwise.</summary>
    public bool DecoupleWd { get; init; }

    /// <inheritdoc/>
    protected override bool DecouplesDecay => DecoupleWd;

    /// <inheritdoc/>
    protected internal override OptimizerOptions SaveOrRestore(OptionValues values) =>
        (AdamFamilyOptions<TRule>)base.SaveOrRestore(values) with
        {
            DecoupleWd = values.Flag(
                values.Convention == StateConvention.PyTorch ? "decoupled_weight_decay" : "decouple_wd", DecoupleWd),
        };

    /// <summary>Adam's scalars.</summary>
    /// <param name="step">The step.</param>
    protected AdamRule<ScalarLane> Adam(in StepContext step) => new() { Moments = Moments(step) };
}
