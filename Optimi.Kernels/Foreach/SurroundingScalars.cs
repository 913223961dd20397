namespace Optimi.Kernels;

/// <summary>What a step does around its rule: with gradients on their way in, and with parameters on their way out.</summary>
/// <param name="GradientFactor">F, by which gradients are multiplied; 1 for nothing. A device may know a further factor.</param>
/// <param name="ClipValue">The largest size that a gradient may have; infinite for any.</param>
/// <param name="AverageWeight">1 - decay: the share that the new parameters have in their average.</param>
/// <param name="BeginsAverage">Whether the average begins as the parameters before this step.</param>
internal readonly record struct SurroundingScalars(
    float GradientFactor, float ClipValue, float AverageWeight, bool BeginsAverage)
{
    /// <summary>Gradients as they are, and no average.</summary>
    public static SurroundingScalars None { get; } = new(1, float.PositiveInfinity, 0, false);
}
