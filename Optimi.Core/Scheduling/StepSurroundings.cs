using Optimi.Kernels;

namespace Optimi;

/// <summary>What an optimizer's steps do around its rule: with gradients on their way in, and with parameters on their way out.</summary>
internal sealed class StepSurroundings
{
    /// <summary>F, by which gradients are multiplied: 1 for nothing.</summary>
    public float GradientFactor { get; set; } = 1;

    /// <summary>The largest size that a gradient may have: infinite for any.</summary>
    public double ClipValue { get; set; } = double.PositiveInfinity;

    /// <summary>The share of its old value that an average keeps in a step; null if there are no averages.</summary>
    public double? AverageDecay { get; set; }

    /// <summary>The scalars of a step, in which no average begins.</summary>
    public SurroundingScalars Scalars => SurroundingScalars.None with
    {
        GradientFactor = GradientFactor,
        ClipValue = (float)ClipValue,
        AverageWeight = (float)(1 - (AverageDecay ?? 1)),
    };
}
