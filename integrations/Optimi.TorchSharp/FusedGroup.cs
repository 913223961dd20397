namespace Optimi.TorchSharp;

/// <summary>A group of TorchSharp's, which says how its parameters are stepped, and what steps them.</summary>
/// <param name="Torch">TorchSharp's group.</param>
/// <param name="Group">Optimi's.</param>
/// <param name="Buffer">Where its parameters are adopted.</param>
/// <param name="Tensors">The parameters.</param>
internal sealed record FusedGroup(TorchGroup Torch, ParameterGroup Group, ParameterBuffer Buffer, FusedTensor[] Tensors);
