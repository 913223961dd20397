using Optimi.Kernels;

namespace Optimi;

/// <summary>The options of <see cref="Adam"/>.</summary>
public record AdamOptions : AdamFamilyOptions<AdamRule<ScalarLane>>
{
    /// <inheritdoc/>
    public override AdamRule<ScalarLane> Rule(in StepContext step) => Adam(step);
}
