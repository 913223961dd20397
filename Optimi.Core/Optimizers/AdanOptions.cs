using Optimi.Kernels;

namespace Optimi;

/// <summary>The options of <see cref="Adan"/>. Kahan summation is off unless asked for.</summary>
public sealed record AdanOptions : RuleOptions<AdanRule<ScalarLane>>, IMomentumOptions
{
    /// <summary>The defaults.</summary>
    public AdanOptions()
    {
        WeightDecay = 2e-2;
    }

    /// <summary>β₁: the coefficient of the gradient's moving average; at least 0, below 1. Default 0.98.</summary>
    public double Beta1 { get; init; } = 0.98;

    /// <summary>β₂: the coefficient of the moving average of the gradient's change; at least 0, below 1. Default 0.92.</summary>
    public double Beta2 { get; init; } = 0.92;

    /// <summary>β₃: the coefficient of the square's moving average; at least 0, below 1. Default 0.99.</summary>
    public double Beta3 { get; init; } = 0.99;

    /// <summary>ε: added to the root of the square's average; finite, at least 0. Default 1e-6. 0 is warned of: where all
    /// gradients of a number were zero, its update would be NaN.</summary>
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>
    /// Whether weight decay comes before the update, as AdamW's does, rather than after it as Adan's own proximal form,
    /// <c>p / (1 + d)</c>. Default false.
    /// </summary>
    public bool AdamWd { get; init; }

    /// <inheritdoc/>
    double IMomentumOptions.Momentum => Beta1;

    /// <inheritdoc/>
    OptimizerOptions IMomentumOptions.WithMomentum(double momentum) => this with { Beta1 = momentum };

    /// <inheritdoc/>
    protected override bool DecouplesDecay => true;

    /// <inheritdoc/>
    protected override bool KahanByDefault => false;

    /// <inheritdoc/>
    public override UpdateScalars Update(in StepContext step) =>
        AdamWd ? base.Update(step) : new(Scale(step), Decay: 0, Shrink: 1 / (1 + Decay(step)));

    /// <inheritdoc/>
    public override AdanRule<ScalarLane> Rule(in StepContext step)
    {
        double beta1Hat = BiasCorrection.DebiasedBeta(Beta1, step.Step);
        double beta2Hat = BiasCorrection.DebiasedBeta(Beta2, step.Step);
        double beta3Hat = BiasCorrection.DebiasedBeta(Beta3, step.Step);
        return new()
        {
            Beta1Hat = (ScalarLane)beta1Hat,
            OneMinusBeta1Hat = (ScalarLane)(1 - beta1Hat),
            Beta2Hat = (ScalarLane)beta2Hat,
            OneMinusBeta2Hat = (ScalarLane)(1 - beta2Hat),
            Beta3Hat = (ScalarLane)beta3Hat,
            OneMinusBeta3Hat = (ScalarLane)(1 - beta3Hat),
            Beta2 = (ScalarLane)Beta2,
            Epsilon = (ScalarLane)Epsilon,
        };
    }

    /// <inheritdoc/>
    protected internal override OptimizerOptions SaveOrRestore(OptionValues values)
    {
        double[] betas = values.Numbers("betas", Beta1, Beta2, Beta3);
        return (AdanOptions)base.SaveOrRestore(values) with
        {
            Beta1 = betas[0],
            Beta2 = betas[1],
            Beta3 = betas[2],
            Epsilon = values.Number("eps", Epsilon),
            AdamWd = values.Flag("adam_wd", AdamWd),
        };
    }

    /// <inheritdoc/>
    protected internal override double? DebiasedBy(string state) => state switch
    {
        StateName.ExpAvg => Beta1,
        StateName.ExpAvgDiff => Beta2,
        StateName.ExpAvgSq => Beta3,
        _ => null,
    };

    /// <inheritdoc/>
    internal override string? Doubt => ZeroEpsilon.WarningOf(Epsilon);

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Guard.MovingAverage(Beta1, nameof(Beta1));
        Guard.MovingAverage(Beta2, nameof(Beta2));
        Guard.MovingAverage(Beta3, nameof(Beta3));
        Guard.NotNegative(Epsilon, nameof(Epsilon));
    }
}
