namespace Optimi;

/// <summary>What a checkpoint says of itself beside its tensors.</summary>
internal sealed record CheckpointManifest
{
    /// <summary>The version of what is written. A reader refuses a later one; new kinds of states need none, since tensors have their own
    /// types and names.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    public StateConvention Convention { get; init; }

    public IReadOnlyList<SavedOptimizer> Optimizers { get; init; } = [];

    /// <summary>What a chain's gradients have to pass; null if there is no chain.</summary>
    public GateState? Gate { get; init; }

    public IReadOnlyList<ScheduleState> Schedules { get; init; } = [];

    public SavedScaler? Scaler { get; init; }
}
