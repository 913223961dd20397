namespace Optimi.Bench;

/// <summary>The parameters of a fully connected layer: y = W x + b, with W of shape [outputs, inputs].</summary>
internal sealed record LayerParameters(Parameter Weight, Parameter Bias)
{
    public int Inputs => Weight.Shape[1];

    public int Outputs => Weight.Shape[0];

    /// <summary>What is complete at the same time.</summary>
    public IReadOnlyList<Parameter> All { get; } = [Weight, Bias];
}
