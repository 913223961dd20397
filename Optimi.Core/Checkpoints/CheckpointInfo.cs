namespace Optimi;

/// <summary>What a checkpoint holds.</summary>
public sealed class CheckpointInfo
{
    internal CheckpointInfo(TensorFile file, CheckpointManifest? manifest)
    {
        Bytes = file.Bytes;
        IsOptimi = manifest is not null;
        Version = manifest?.Version;
        Convention = manifest?.Convention;
        HasChecksum = file.TryGet(SafetensorsFile.ChecksumName, out _);
        Tensors = [.. file.Tensors.Where(tensor => tensor.Name != SafetensorsFile.ChecksumName).Select(
            tensor => new CheckpointTensor(tensor.Name, tensor.Type, tensor.Shape.ToArray(), tensor.Bytes))];
        Metadata = file.Metadata.Where(entry => entry.Key is not (CheckpointKeys.Manifest or CheckpointKeys.Format)).ToDictionary();
        Optimizers = [.. manifest?.Optimizers.Select(optimizer => optimizer.Kind) ?? []];
        Parameters = [.. manifest?.Optimizers.SelectMany(optimizer => optimizer.Groups).SelectMany(group => group.Parameters) ?? []];
        Groups =
        [
            .. (manifest?.Optimizers ?? []).Index().SelectMany(saved => saved.Item.Groups.Select(
                group => new CheckpointGroup(saved.Index, saved.Item.Averages, group))),
        ];
        IsChained = manifest?.Gate is not null;
        ScheduleStates = manifest?.Schedules ?? [];
        Schedules = [.. manifest?.Schedules.Select(schedule => schedule.Kind) ?? []];
        LossScale = manifest?.Scaler?.Scale;
    }

    /// <summary>How long the file is.</summary>
    public long Bytes { get; }

    /// <summary>Whether Optimi wrote it.</summary>
    public bool IsOptimi { get; }

    /// <summary>The version of what Optimi wrote; null if others wrote it.</summary>
    public int? Version { get; }

    /// <summary>Whose optimizers the states are written for; null if the file does not say.</summary>
    public StateConvention? Convention { get; }

    /// <summary>Whether loading can tell that a byte was damaged.</summary>
    public bool HasChecksum { get; }

    /// <summary>The tensors, in the order of the file.</summary>
    public IReadOnlyList<CheckpointTensor> Tensors { get; }

    /// <summary>The texts that were saved with it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The kinds of the optimizers, such as <c>AdamW</c>.</summary>
    public IReadOnlyList<string> Optimizers { get; }

    /// <summary>The names of the parameters that the optimizers train.</summary>
    public IReadOnlyList<string> Parameters { get; }

    /// <summary>The groups of the optimizers; none if others wrote the file.</summary>
    public IReadOnlyList<CheckpointGroup> Groups { get; }

    /// <summary>Whether a <see cref="ChainedOptimizer"/> steps the optimizers.</summary>
    public bool IsChained { get; }

    /// <summary>Where the schedules are.</summary>
    public IReadOnlyList<ScheduleState> ScheduleStates { get; }

    /// <summary>The kinds of the schedules.</summary>
    public IReadOnlyList<string> Schedules { get; }

    /// <summary>The scale of the loss; null if there is none.</summary>
    public double? LossScale { get; }

    /// <summary>What the file lacked, after a load that was not strict.</summary>
    public IReadOnlyList<string> Missing { get; internal init; } = [];

    /// <summary>What the file had and was left aside, after a load that was not strict.</summary>
    public IReadOnlyList<string> Unexpected { get; internal init; } = [];
}
