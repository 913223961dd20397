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
    public override StableAdamWRule<ScalarLane> Rule(in StepContext step) => new()
    {
        Moments = Moments(step),
        EpsilonSquared = (ScalarLane)(Epsilon * Epsilon),
        Lr = (ScalarLane)step.Lr,
        Threshold = 1,
        WeightDecay = (ScalarLane)DecayOfLr(step),
    };
}
