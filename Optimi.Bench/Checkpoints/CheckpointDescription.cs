using System.Text.Json.Serialization;

namespace Optimi.Bench;

/// <summary>What <c>checkpoint describe</c> says of a file.</summary>
internal sealed record CheckpointDescription(
    string Path,
    long Bytes,
    int? Version,
    StateConvention? Convention,
    bool HasChecksum,
    bool IsVerified,
    IReadOnlyList<string> Optimizers,
    IReadOnlyList<CheckpointGroup> Groups,
    long Parameters,
    long Numbers,
    long States,
    IReadOnlyList<string> Schedules,
    double? LossScale,
    long? FewestSteps,
    long? MostSteps,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<CheckpointTensor> Tensors)
{
    /// <summary>Who wrote it.</summary>
    [JsonIgnore]
    public string Writer => Version is int version ? $"Optimi (version {version})" : "others";

    /// <summary>Describes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="verifies">Whether every byte is checked against the checksum.</param>
    /// <exception cref="CheckpointException">It cannot be read, or is damaged.</exception>
    public static CheckpointDescription Of(string path, bool verifies)
    {
        CheckpointInfo info = verifies ? Checkpoint.Verify(path) : Checkpoint.Describe(path);
        using TensorFile file = TensorFile.Open(path);
        var layout = new FileLayout(file, info);
        long[] steps = [.. layout.StepCounts];
        return new CheckpointDescription(
            path,
            info.Bytes,
            info.Version,
            info.Convention,
            info.HasChecksum,
            verifies && info.HasChecksum,
            info.Optimizers,
            info.Groups,
            layout.Parameters.Count,
            layout.Parameters.Sum(parameter => parameter.Length),
            layout.StateCount,
            info.Schedules,
            info.LossScale,
            steps.Length == 0 ? null : steps.Min(),
            steps.Length == 0 ? null : steps.Max(),
            info.Metadata,
            info.Tensors);
    }
}
