using Optimi.Kernels;

namespace Optimi;

/// <summary>The options of <see cref="Lion"/>. Weight decay is always decoupled.</summary>
public sealed record LionOptions : RuleOptions<LionRule<ScalarLane>>, IMomentumOptions
{
    /// <summary>β₁: the momentum's share in the direction; at least 0, below 1. Default 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂: the coefficient of the momentum's moving average; at least 0, below 1. Default 0.99.</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <inheritdoc/>
    double IMomentumOptions.Momentum => Beta1;

    /// <inheritdoc/>
    OptimizerOptions IMomentumOptions.WithMomentum(double momentum) => this with { Beta1 = momentum };

    /// <inheritdoc/>
    protected override bool DecouplesDecay => true;

    /// <inheritdoc/>
    public override LionRule<ScalarLane> Rule(in StepContext step) => new()
    {
        OneMinusBeta1 = (ScalarLane)(1 - Beta1),
        OneMinusBeta2 = (ScalarLane)(1 - Beta2),
    };

    /// <inheritdoc/>
    protected internal override OptimizerOptions SaveOrRestore(OptionValues values)
    {
        double[] betas = values.Numbers("betas", Beta1, Beta2);
        return (LionOptions)base.SaveOrRestore(values) with { Beta1 = betas[0], Beta2 = betas[1] };
    }

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Guard.MovingAverage(Beta1, nameof(Beta1));
        Guard.MovingAverage(Beta2, nameof(Beta2));
    }
}
