using Optimi.Kernels;

namespace Optimi;

/// <summary>The options of adding one tensor to another.</summary>
internal sealed record SumOptions : RuleOptions<SumRule<ScalarLane>>
{
    /// <summary>What goes on from the numbers that are there.</summary>
    public static SumOptions Adding { get; } = new() { Lr = 0, GoesOn = true };

    /// <summary>What takes the place of the numbers that are there.</summary>
    public static SumOptions Overwriting { get; } = new() { Lr = 0, GoesOn = false };

    private bool GoesOn { get; init; }

    /// <inheritdoc/>
    protected override bool DecouplesDecay => true;

    /// <inheritdoc/>
    public override SumRule<ScalarLane> Rule(in StepContext step) => new() { GoesOn = GoesOn ? 1 : 0 };
}
