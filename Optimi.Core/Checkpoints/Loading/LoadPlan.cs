namespace Optimi;

/// <summary>What loading a file into a training will do, found out before anything is changed.</summary>
internal sealed class LoadPlan
{
    private readonly CheckpointReader _reader;
    private readonly TrainingState _training;
    private readonly CheckpointLoadOptions _options;
    private readonly List<OptimizerLoad> _optimizers = [];
    private readonly List<LoadedTensor> _tensors = [];
    private readonly HashSet<Parameter> _loaded = [];
    private readonly ValueLoad _values;

    private LoadPlan(TensorFile file, TrainingState training, CheckpointLoadOptions options)
    {
        (_training, _options) = (training, options);
        _reader = new CheckpointReader(file, training, options);
        Mismatches = new Mismatches(file.Name, options.Strict);
        foreach (Optimizer optimizer in training.Optimizers)
            _optimizers.Add(new OptimizerLoad(_reader, optimizer, options, Mismatches));
        _values = new ValueLoad(_reader, options, Mismatches, _tensors);
        foreach (Parameter parameter in training.Parameters)
        {
            if (_values.Plan(parameter, _optimizers.Find(optimizer => optimizer.Owns(parameter)), isWatched: HasOtherOwners(parameter)))
                _loaded.Add(parameter);
        }

        foreach (OptimizerLoad optimizer in _optimizers)
            optimizer.Plan(_loaded, _tensors);
        if (_optimizers.Count == 0)
            _reader.TakeAllStates();
        PlanSchedules();
        PlanScaler();
        Mismatches.Unexpected.AddRange(_reader.Untaken());
    }

    /// <summary>What the file says of itself; null if others wrote it.</summary>
    public CheckpointManifest? Manifest => _reader.Manifest;

    /// <summary>Where it does not fit.</summary>
    public Mismatches Mismatches { get; }

    /// <summary>How many bytes will be read.</summary>
    public long Bytes => _tensors.Sum(tensor => tensor.Bytes);

    /// <summary>Finds out what is to be done, when the turn at all devices is the caller's.</summary>
    /// <exception cref="CheckpointMismatchException">The file does not fit.</exception>
    /// <exception cref="CheckpointFormatException">The file's description of itself is malformed.</exception>
    /// <exception cref="DeviceException">The device has no memory left for the states.</exception>
    public static LoadPlan Of(TensorFile file, TrainingState training, CheckpointLoadOptions options)
    {
        var plan = new LoadPlan(file, training, options);
        plan.Mismatches.Check();
        return plan;
    }

    /// <summary>Does it. If it fails half-way, no optimizer of these parameters makes a step until one is loaded to the end.</summary>
    /// <param name="onRead">Told how many bytes were read, now and then, on another thread.</param>
    /// <exception cref="CheckpointException">It was cut off.</exception>
    public void Run(Action<long>? onRead)
    {
        HashSet<Optimizer> affected = [.. _training.Optimizers];
        foreach (Parameter parameter in _loaded)
        {
            foreach (Optimizer owner in parameter.Owners)
                affected.Add(owner);
        }

        // Half of an earlier checkpoint is made whole only by all of another.
        Optimizer[] stillHalf = [.. affected.Where(optimizer => optimizer.IsHalfLoaded && !IsWhole(optimizer))];
        foreach (Optimizer optimizer in affected)
            optimizer.BeginLoading();
        try
        {
            Move(onRead);
        }
        catch (Exception error)
        {
            throw new CheckpointException(
                $"Loading was cut off, so parameters and states are half old and half new: {error.Message} No step is made until a checkpoint"
                + " is loaded to the end; load this one again, or another.",
                error);
        }

        foreach (Optimizer optimizer in affected.Except(stillHalf))
            optimizer.EndLoading();
        _optimizers.ForEach(optimizer => optimizer.Announce());
    }

    private bool IsWhole(Optimizer optimizer) => _optimizers.Exists(load => load.IsOf(optimizer) && load.IsWhole(_loaded));

    private void Move(Action<long>? onRead)
    {
        _optimizers.ForEach(optimizer => optimizer.ResetState());
        TensorLoader.Load(_tensors, onRead);
        _optimizers.ForEach(optimizer => optimizer.Restore());
        if (Manifest?.Gate is GateState gate)
            _training.Chain?.Gate.Restore(gate);
        foreach ((Schedule schedule, ScheduleState state) in _training.Schedules.Zip(Manifest?.Schedules ?? []))
            schedule.LoadState(state);
        if (_training.Scaler is GradientScaler scaler && Manifest?.Scaler is SavedScaler saved)
            scaler.Restore(saved.Scale, saved.GrowthTracker);
        // Who owns a parameter beside those that are loaded keeps what it has for values that are as they were.
        foreach (Parameter parameter in _loaded.Except(_values.Unchanged))
            parameter.OnValueLoaded(_training.Optimizers);
    }

    private bool HasOtherOwners(Parameter parameter)
    {
        foreach (Optimizer owner in parameter.Owners)
        {
            if (!_training.Optimizers.Contains(owner))
                return true;
        }

        return false;
    }

    private void PlanSchedules()
    {
        IReadOnlyList<ScheduleState> saved = Manifest?.Schedules ?? [];
        // Whoever loads parameters alone, or keeps states himself, has no use for them.
        if ((_optimizers.Count == 0 && _training.Schedules.Count == 0) || _training.ScheduleStates is not null)
            return;
        for (int i = 0; i < Math.Max(saved.Count, _training.Schedules.Count); i++)
        {
            if (i >= saved.Count)
                Mismatches.Missing.Add($"schedule {i} ({_training.Schedules[i].GetType().Name})");
            else if (i >= _training.Schedules.Count)
                Mismatches.Unexpected.Add($"schedule {i} ({saved[i].Kind})");
            else
                Try(() => _training.Schedules[i].CheckState(saved[i]));
        }
    }

    private void PlanScaler()
    {
        if (_optimizers.Count == 0 && _training.Scaler is null)
            return;
        if (_training.Scaler is null && Manifest?.Scaler is not null)
            Mismatches.Unexpected.Add("scaler");
        else if (_training.Scaler is not null && Manifest?.Scaler is null)
            Mismatches.Missing.Add("scaler");
        else if (Manifest?.Scaler is SavedScaler saved)
            Try(() => _training.Scaler!.CheckRestored(saved.Scale, saved.GrowthTracker));
    }

    private void Try(Action check)
    {
        try
        {
            check();
        }
        catch (Exception error) when (error is ScheduleException or OptionException)
        {
            Mismatches.Different.Add(error.Message);
        }
    }
}
