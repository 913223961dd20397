using Optimi.Kernels;

namespace Optimi;

/// <summary>The options of <see cref="RAdam"/>.</summary>
public sealed record RAdamOptions : RectifiedAdamOptions<RAdamRule<ScalarLane>>
{
    /// <inheritdoc/>
    public override RAdamRule<ScalarLane> Rule(in StepContext step) => RAdam(step);
}
