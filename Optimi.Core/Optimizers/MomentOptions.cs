using Optimi.Kernels;

namespace Optimi;

/// <summary>The options of optimizers that divide by the root of the squared gradient's moving average.</summary>
/// <typeparam name="TRule">The rule.</typeparam>
public abstract record MomentOptions<TRule> : RuleOptions<TRule>, IMomentumOptions
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    /// <summary>β₁: the coefficient of the gradient's moving average; at least 0, below 1. Default 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂: the coefficient of the squared gradient's moving average; at least 0, below 1. Default 0.99.</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>ε: added to the root of the squared gradient's average; finite, at least 0. Default 1e-6. 0 is warned of: where all
    /// gradients of a number were zero, its update would be NaN.</summary>
    public double Epsilon { get; init; } = 1e-6;

    /// <inheritdoc/>
    double IMomentumOptions.Momentum => Beta1;

    /// <inheritdoc/>
    OptimizerOptions IMomentumOptions.WithMomentum(double momentum) => this with { Beta1 = momentum };

    /// <inheritdoc/>
    internal override string? Doubt => ZeroEpsilon.WarningOf(Epsilon);

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Guard.MovingAverage(Beta1, nameof(Beta1));
        Guard.MovingAverage(Beta2, nameof(Beta2));
        Guard.NotNegative(Epsilon, nameof(Epsilon));
    }

    /// <inheritdoc/>
    protected internal override OptimizerOptions SaveOrRestore(OptionValues values)
    {
        double[] betas = values.Numbers("betas", Beta1, Beta2);
        return (MomentOptions<TRule>)base.SaveOrRestore(values) with
        {
            Beta1 = betas[0],
            Beta2 = betas[1],
            Epsilon = values.Number("eps", Epsilon),
        };
    }

    /// <inheritdoc/>
    protected internal override double? DebiasedBy(string state) => state switch
    {
        StateName.ExpAvg => Beta1,
        StateName.ExpAvgSq => Beta2,
        _ => null,
    };

    /// <summary>The scalars of the moments.</summary>
    /// <param name="step">The step.</param>
    protected AdamMoments<ScalarLane> Moments(in StepContext step)
    {
        double beta1Hat = BiasCorrection.DebiasedBeta(Beta1, step.Step);
        double beta2Hat = BiasCorrection.DebiasedBeta(Beta2, step.Step);
        return new()
        {
            Beta1Hat = (ScalarLane)beta1Hat,
            OneMinusBeta1Hat = (ScalarLane)(1 - beta1Hat),
            Beta2Hat = (ScalarLane)beta2Hat,
            OneMinusBeta2Hat = (ScalarLane)(1 - beta2Hat),
            Epsilon = (ScalarLane)Epsilon,
        };
    }
}
