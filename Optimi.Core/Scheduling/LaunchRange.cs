namespace Optimi;

/// <summary>A part of a launch that consists of whole tensors.</summary>
/// <param name="FirstTile">Its first tile.</param>
/// <param name="TileCount">How many tiles it has.</param>
/// <param name="FirstTensor">Its first tensor.</param>
/// <param name="TensorCount">How many tensors it has.</param>
internal readonly record struct LaunchRange(int FirstTile, int TileCount, int FirstTensor, int TensorCount);
