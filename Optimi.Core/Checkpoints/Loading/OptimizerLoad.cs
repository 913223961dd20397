using Optimi.Kernels;

namespace Optimi;

/// <summary>What loading a file into one optimizer will do.</summary>
internal sealed class OptimizerLoad
{
    private readonly CheckpointReader _reader;
    private readonly Optimizer _optimizer;
    private readonly CheckpointLoadOptions _options;
    private readonly Mismatches _mismatches;
    private readonly SavedOptimizer[] _saved;
    private readonly bool _leavesStatesAside;
    private readonly StateOwners _owners;
    private readonly StateLoad _states;
    private readonly List<GroupLoad> _groups = [];
    private readonly List<OptimizerOptions> _before = [];
    private readonly List<Parameter> _begunAnew = [];
    private readonly List<(Parameter Parameter, long Steps, bool HasAverage)> _restored = [];

    public OptimizerLoad(CheckpointReader reader, Optimizer optimizer, CheckpointLoadOptions options, Mismatches mismatches)
    {
        (_reader, _optimizer, _options, _mismatches) = (reader, optimizer, options, mismatches);
        _owners = new StateOwners(reader, optimizer);
        _states = new StateLoad(reader, optimizer, options, mismatches);
        _saved = [.. optimizer.Parameters.Select(parameter => reader.OptimizerOf(parameter.Name)).OfType<SavedOptimizer>().Distinct()];
        optimizer.AllocateStates(
            optimizer.Parameters.Where(parameter => reader.HasStatesBeside(_owners[parameter].State, CheckpointKeys.Step)));
        _leavesStatesAside = LeavesStatesAside();
    }

    public bool Owns(Parameter parameter) => _owners.Owns(parameter);

    /// <summary>What the file calls the owner of a parameter's states.</summary>
    public string OwnerOf(Parameter parameter) => _owners[parameter].State;

    /// <summary>The Kahan compensation of a parameter that has one.</summary>
    public TensorStorage CompensationOf(Parameter parameter) => _optimizer.State(parameter, StateName.KahanCompensation);

    /// <summary>How a parameter's weights are kept; null if nothing is kept for it.</summary>
    public WeightFormat? WeightsOf(Parameter parameter) => _optimizer.WeightsSoFar(parameter);

    /// <summary>The low bits of a parameter whose weights are split.</summary>
    public StoredPart LowBitsOf(Parameter parameter) =>
        _optimizer.StoredPartsSoFar(parameter).First(part => part.Name == StateName.LowBits);

    /// <summary>Values and low bits of a parameter, whose weights are split, together.</summary>
    public TensorStorage MasterWeightsOf(Parameter parameter) => _optimizer.MasterWeights(parameter);

    /// <summary>Whether a parameter begins anew, so that its compensation is zero even if the file has none.</summary>
    public bool BeginsAnew(Parameter parameter) =>
        _leavesStatesAside || IsUnstepped(parameter) || (!_options.Strict && !_reader.HasStatesOf(_owners[parameter].State));

    public bool IsOf(Optimizer optimizer) => optimizer == _optimizer;

    /// <summary>Whether all that it steps from is loaded.</summary>
    public bool IsWhole(HashSet<Parameter> loaded) => _optimizer.Parameters.All(loaded.Contains);

    /// <summary>Finds out what is to be done.</summary>
    /// <param name="loaded">The parameters whose values are in the file.</param>
    /// <param name="tensors">Where states are added.</param>
    public void Plan(HashSet<Parameter> loaded, List<LoadedTensor> tensors)
    {
        if (_leavesStatesAside)
        {
            _begunAnew.AddRange(_optimizer.Parameters.Where(loaded.Contains));
            _reader.TakeAllStates();
            return;
        }

        foreach (ParameterGroup group in _optimizer.Groups)
        {
            var load = new GroupLoad(_reader, _owners, group, ConventionOf(group), _mismatches, _options.RestoreOptions);
            _groups.Add(load);
            foreach (Parameter parameter in group.Parameters)
            {
                if (loaded.Contains(parameter))
                    Plan(parameter, load, tensors);
            }
        }
    }

    /// <summary>Lets those parameters begin anew whose states are not in the file.</summary>
    public void ResetState() => _begunAnew.ForEach(_optimizer.ResetState);

    /// <summary>Goes on with what was checked.</summary>
    public void Restore()
    {
        foreach ((Parameter parameter, long steps, bool hasAverage) in _restored)
        {
            _optimizer.SetStepCount(parameter, steps);
            _optimizer.SetAverageBegun(parameter, hasAverage);
        }

        if (_saved is [SavedOptimizer saved, ..])
            _optimizer.Gate.Restore(saved.Gate);
        foreach (GroupLoad group in _groups)
            _before.Add(group.Restore());
    }

    /// <summary>Tells those who listen of new options, once all is loaded.</summary>
    public void Announce()
    {
        foreach ((GroupLoad group, OptimizerOptions before) in _groups.Zip(_before))
            group.Announce(before);
    }

    /// <summary>Whether the file's states are another optimizer's, and that is asked for.</summary>
    private bool LeavesStatesAside()
    {
        bool isAskedFor = _options.Conversions.HasFlag(CheckpointConversions.OtherOptimizer);
        if (Array.Find(_saved, saved => saved.Rule != _optimizer.RuleName) is SavedOptimizer other)
        {
            if (!isAskedFor)
            {
                _mismatches.Different.Add(
                    $"The states are those of {other.Kind} ({other.Rule}), but the optimizer is {_optimizer.GetType().Name} ({_optimizer.RuleName});"
                    + $" ask for {nameof(CheckpointConversions)}.{nameof(CheckpointConversions.OtherOptimizer)} to begin its states anew.");
            }

            return true;
        }

        return isAskedFor && _saved.Length == 0 && !_optimizer.Parameters.Any(HasRuleStates);
    }

    /// <summary>Whether the file has a parameter as it is before its first step. PyTorch has no states at all for it.</summary>
    private bool IsUnstepped(Parameter parameter)
    {
        (string state, string group) = _owners[parameter];
        if (_reader.HasStatesBeside(state, CheckpointKeys.Step))
            return false;
        if (_reader.PeekState(state, CheckpointKeys.Step) is StoredTensor step)
            return _reader.Number(step) == 0;
        return _reader.Manifest is null && _reader.HasOptimizer && _options.StepCount is null && _reader.StepOfGroup(group) is null;
    }

    private bool HasRuleStates(Parameter parameter) => _optimizer.StateNames(parameter)
        .Where(name => name is not (StateName.KahanCompensation or StateName.Average))
        .All(name => _reader.HasState(_owners[parameter].State, name) || _reader.HasState(_owners[parameter].State, NameOf(parameter, name)));

    private string NameOf(Parameter parameter, string state) =>
        _optimizer.Groups.First(group => group.Parameters.Contains(parameter)).Options.TorchName(state);

    /// <summary>Whose optimizer wrote the states.</summary>
    private StateConvention? ConventionOf(ParameterGroup group)
    {
        StateConvention? said = _reader.Manifest?.Convention;
        bool isFirst = group == _optimizer.Groups[0];
        if (isFirst && said is not null && _options.Convention is not null && said != _options.Convention)
        {
            _mismatches.Different.Add(
                $"The states are written for {said}, as the file says, not for {_options.Convention}; leave"
                + $" {nameof(CheckpointLoadOptions.Convention)} out.");
        }

        StateConvention? convention = said ?? _options.Convention;
        if (isFirst && convention is null && _reader.HasOptimizer)
        {
            _mismatches.Different.Add(
                "The file does not say whether its averages are raw, as PyTorch's are, or debiased, as torch-optimi's are; say so by"
                + $" {nameof(CheckpointLoadOptions)}.{nameof(CheckpointLoadOptions.Convention)}.");
        }

        return convention;
    }

    private void Plan(Parameter parameter, GroupLoad group, List<LoadedTensor> tensors)
    {
        if (IsUnstepped(parameter))
        {
            _reader.TryTakeState(_owners[parameter].State, CheckpointKeys.Step, out _);
            _begunAnew.Add(parameter);
            return;
        }

        if (StepsOf(parameter) is not long steps)
        {
            _begunAnew.Add(parameter);
            return;
        }

        var states = new LoadedStates(parameter, _owners[parameter].State, group, steps);
        int planned = tensors.Count;
        bool hasAll = true;
        bool hasAverage = false;
        foreach (string state in _optimizer.StateNames(parameter))
        {
            if (state == StateName.KahanCompensation)
                continue;
            bool isThere = _states.Plan(states, state, tensors);
            if (state == StateName.Average)
                hasAverage = isThere;
            else
                hasAll &= isThere;
        }

        if (hasAll)
        {
            _restored.Add((parameter, steps, hasAverage));
            return;
        }

        // Codes without their headers could be any numbers, even none.
        tensors.RemoveRange(planned, tensors.Count - planned);
        _begunAnew.Add(parameter);
    }

    /// <summary>t of a parameter; null if nobody says.</summary>
    private long? StepsOf(Parameter parameter)
    {
        (string state, string group) = _owners[parameter];
        string? where = null;
        double? steps = null;
        if (_reader.TryTakeState(state, CheckpointKeys.Step, out StoredTensor? own))
            (steps, where) = (_reader.Number(own), own.Name);
        else if (_reader.StepOfGroup(group) is StoredTensor common)
            (steps, where) = (_reader.Number(common), common.Name);
        if (where is null)
        {
            if (_options.StepCount is null)
            {
                _mismatches.Missing.Add(
                    $"{_reader.StateKey(state, CheckpointKeys.Step)} (say how many steps were made by"
                    + $" {nameof(CheckpointLoadOptions)}.{nameof(CheckpointLoadOptions.StepCount)})");
            }

            return _options.StepCount;
        }

        if (steps is >= 0 and <= Guard.MostSteps && steps == Math.Floor(steps.Value))
            return (long)steps;
        _mismatches.Different.Add($"'{where}' is no whole number of steps from 0 to 2^53.");
        return null;
    }
}
