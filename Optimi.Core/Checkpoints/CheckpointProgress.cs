namespace Optimi;

/// <summary>How far saving or loading is.</summary>
/// <param name="Phase">What is done.</param>
/// <param name="Bytes">Bytes done so far.</param>
/// <param name="TotalBytes">Bytes in all.</param>
public readonly record struct CheckpointProgress(CheckpointPhase Phase, long Bytes, long TotalBytes);
