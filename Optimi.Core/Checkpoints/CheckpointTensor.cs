namespace Optimi;

/// <summary>A tensor that a checkpoint holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its numbers as the safetensors format calls it.</param>
/// <param name="Shape">The extent of each dimension.</param>
/// <param name="Bytes">How many bytes it takes.</param>
public sealed record CheckpointTensor(string Name, string Type, IReadOnlyList<long> Shape, long Bytes);
