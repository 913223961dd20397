namespace Optimi.TorchSharp;

/// <summary>The states of a parameter as PyTorch keeps them: averages are raw.</summary>
/// <param name="Steps">How many steps the parameter took part in; null where TorchSharp does not say.</param>
/// <param name="Tensors">Each state by PyTorch's name.</param>
internal sealed record RawState(long? Steps, IReadOnlyDictionary<string, Tensor> Tensors);
