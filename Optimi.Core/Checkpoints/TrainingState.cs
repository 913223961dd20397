using System.Diagnostics.CodeAnalysis;

namespace Optimi;

/// <summary>What a checkpoint is saved from and loaded into: parameters, and what trains them.</summary>
/// <remarks>Parameters are known by their names, so each must be there once. Save and load between steps: gradients are not part of
/// it.</remarks>
public sealed class TrainingState
{
    /// <summary>An empty one, to be filled by its properties.</summary>
    public TrainingState()
    {
    }

    /// <summary>A training with one optimizer: its parameters, its states, its <see cref="Optimizer.Scaler"/>, and schedules.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="schedules">The schedules, in the same order when they are saved and loaded.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public TrainingState(Optimizer optimizer, params IReadOnlyList<Schedule> schedules)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(schedules);
        Optimizers = [optimizer];
        Schedules = schedules;
    }

    /// <summary>A training with several optimizers that step together.</summary>
    /// <param name="chain">The optimizers.</param>
    /// <param name="schedules">The schedules, in the same order when they are saved and loaded.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public TrainingState(ChainedOptimizer chain, params IReadOnlyList<Schedule> schedules)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(schedules);
        Optimizers = chain.Optimizers;
        Chain = chain;
        Schedules = schedules;
    }

    /// <summary>Parameters alone, without what trains them. Loading them leaves the states in a file aside.</summary>
    /// <param name="parameters">The parameters: a whole <see cref="ParameterBuffer"/> or some of it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="parameters"/> is null.</exception>
    public TrainingState(IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = [.. parameters];
    }

    /// <summary>The parameters. Default: those of the optimizers' groups. Name all here if some are trained by none.</summary>
    [AllowNull]
    public IReadOnlyList<Parameter> Parameters
    {
        get => field ?? OwnedBy(Optimizers);
        init;
    }

    /// <summary>The optimizers, each of other parameters, in the same order when they are saved and loaded.</summary>
    public IReadOnlyList<Optimizer> Optimizers { get; init; } = [];

    /// <summary>The schedules, in the same order when they are saved and loaded.</summary>
    public IReadOnlyList<Schedule> Schedules { get; init; } = [];

    /// <summary>Where schedules are, for whoever has their states but not themselves: these are saved as they are, and loading leaves those
    /// of the file aside. Default: null, for those of <see cref="Schedules"/>.</summary>
    public IReadOnlyList<ScheduleState>? ScheduleStates { get; init; }

    /// <summary>The scale of the loss. Default: that of the chain, or of the one optimizer; null for none.</summary>
    [AllowNull]
    public GradientScaler? Scaler
    {
        get => field ?? Chain?.Scaler ?? (Optimizers.Count == 1 ? Optimizers[0].Scaler : null);
        init;
    }

    /// <summary>Texts of your own that are saved with the rest, such as the number of the epoch. Loading gives them back as
    /// <see cref="CheckpointInfo.Metadata"/>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>What steps the optimizers together; null if each steps by itself.</summary>
    internal ChainedOptimizer? Chain { get; init; }

    /// <summary>The devices of all parameters.</summary>
    internal IEnumerable<ComputeDevice> Devices =>
        Parameters.Select(parameter => parameter.Buffer.Device)
            .Concat(Optimizers.Select(optimizer => optimizer.Device))
            .Concat(Scaler?.Device is ComputeDevice device ? [device] : [])
            .Distinct();

    /// <summary>Checks that it can be saved.</summary>
    /// <exception cref="ParameterException">A name is there twice, cannot be written, or averages are in place of values.</exception>
    /// <exception cref="CheckpointException">Loading was cut off before.</exception>
    /// <exception cref="OptionException">The averages are swapped in, or several optimizers have scalers.</exception>
    internal void CheckForSaving()
    {
        CheckForLoading();
        foreach (Parameter parameter in Parameters)
        {
            foreach (Optimizer owner in parameter.Owners)
                owner.CheckWhole();
        }

        foreach (string key in Metadata.Keys)
        {
            if ((SafetensorsHeader.Flaw(key) ?? CheckpointKeys.MetadataFlaw(key)) is string flaw)
                throw new ParameterException($"The name of metadata '{key}' {flaw}, so it cannot be in a checkpoint; give it another one.");
        }
    }

    /// <summary>Checks that it can be loaded into.</summary>
    /// <exception cref="ParameterException">A name is there twice, cannot be written, or averages are in place of values.</exception>
    internal void CheckForLoading()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (Parameter parameter in Parameters)
        {
            parameter.Buffer.ThrowIfDisposed();
            if (!names.Add(parameter.Name))
            {
                throw new ParameterException(
                    $"Parameter '{parameter.Name}' is there twice, but a checkpoint knows parameters by their names; give each another one.");
            }

            if ((SafetensorsHeader.Flaw(parameter.Name) ?? CheckpointKeys.Flaw(parameter.Name)) is string flaw)
                throw new ParameterException($"The name of parameter '{parameter.Name}' {flaw}, so it cannot be in a checkpoint; rename it.");
            parameter.CheckNotSwapped();
        }

        var parameters = new HashSet<Parameter>(Parameters);
        var owned = new HashSet<Parameter>();
        foreach (Parameter parameter in OwnedBy(Optimizers))
        {
            if (!owned.Add(parameter))
            {
                throw new ParameterException(
                    $"Parameter '{parameter.Name}' is of two optimizers, whose states would have the same names; save each optimizer in a file"
                    + " of its own.");
            }

            if (!parameters.Contains(parameter))
            {
                throw new ParameterException(
                    $"Parameter '{parameter.Name}' is an optimizer's but not among {nameof(Parameters)}; name it there, too.");
            }
        }

        foreach (Optimizer optimizer in Optimizers)
            optimizer.CheckCheckpoint();
        if (Scaler is null && Optimizers.Any(optimizer => optimizer.Scaler is not null))
        {
            throw new OptionException(
                "Several optimizers have scalers of their own, but a checkpoint has one; save each optimizer in a file of its own, or let a"
                + $" {nameof(ChainedOptimizer)} step them.");
        }
    }

    /// <summary>Checks that nothing is null.</summary>
    /// <exception cref="ArgumentException">Something is.</exception>
    internal void CheckNotNull()
    {
        if (Optimizers is null || Schedules is null || Metadata is null
            || Optimizers.Contains(null!) || Schedules.Contains(null!) || Parameters.Contains(null!))
        {
            throw new ArgumentException("A property of the TrainingState, or one of its items, is null; leave properties out that are not needed.");
        }
    }

    private static IReadOnlyList<Parameter> OwnedBy(IReadOnlyList<Optimizer> optimizers) =>
        [.. optimizers.SelectMany(optimizer => optimizer.Groups).SelectMany(group => group.Parameters)];
}
