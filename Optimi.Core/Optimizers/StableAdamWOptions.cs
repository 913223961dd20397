using Optimi.Kernels;

namespace Optimi;

/// <summary>The options of <see cref="StableAdamW"/>. Weight decay is decoupled, with a default of 1e-2.</summary>
public sealed record StableAdamWOptions : MomentOptions<StableAdamWRule<ScalarLane>>
{
    /// <summary>The defaults.</summary>
    public StableAdamWOptions()
    {
        WeightDecay = 1e-2;
    }

    /// <inheritdoc/>
    protected override bool DecouplesDecay => true;

    /// <inheritdoc/>
    internal override string? Doubt => base.Doubt ?? ZeroEpsilon.WarningOfSquare(Epsilon);

    /// <inheritdoc/>
    public override StableAdamWRule<ScalarLane> Rule(in StepContext step) => new()
    {
        Moments = Moments(step),
        EpsilonSquared = (ScalarLane)(Epsilon * Epsilon),
        Lr = (ScalarLane)step.Lr,
        Threshold = 1,
        WeightDecay = (ScalarLane)DecayOfLr(step),
    };

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Guard.NotNegative(Epsilon * Epsilon, $"The square of {nameof(Epsilon)}");
    }

    /// <inheritdoc/>
    internal override void CheckRate(double lr, double maxLr)
    {
        base.CheckRate(lr, maxLr);
        Guard.NotNegative(
            DecayOfLr(new StepContext(1, lr, maxLr, Accumulates: false)), $"Decay for each unit of {nameof(Lr)}, from {nameof(MaxLr)},");
    }
}
