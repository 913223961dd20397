namespace Optimi;

/// <summary>What a file says of a group: the options and the learning rate that it will have, and how its states are written.</summary>
internal sealed class GroupLoad
{
    private readonly CheckpointReader _reader;
    private readonly StateOwners _owners;
    private readonly ParameterGroup _group;
    private readonly Mismatches _mismatches;
    private readonly Dictionary<string, (OptimizerOptions Options, double Lr)> _foreign = new(StringComparer.Ordinal);
    private readonly OptimizerOptions _options;
    private readonly double _lr;
    private readonly double _maxLr;

    /// <param name="reader">The file.</param>
    /// <param name="owners">What it calls the owners of states and options.</param>
    /// <param name="group">The group.</param>
    /// <param name="convention">Whose optimizer wrote the states; null if nobody says.</param>
    /// <param name="mismatches">Where it is said what does not fit.</param>
    /// <param name="restoresOptions">Whether the group takes the file's options.</param>
    public GroupLoad(
        CheckpointReader reader, StateOwners owners, ParameterGroup group, StateConvention? convention, Mismatches mismatches, bool restoresOptions)
    {
        (_reader, _owners, _group, Convention, _mismatches) = (reader, owners, group, convention, mismatches);
        (_options, _lr, _maxLr) = (group.Options, group.Lr, group.MaxLr);
        if (!restoresOptions)
            return;
        try
        {
            if (reader.Manifest is not null)
                (_options, _lr, _maxLr) = Saved();
            else if (convention is not null)
                (_options, _lr) = Foreign();
            group.CheckOptions(_options, _lr, _maxLr);
        }
        catch (OptionException error)
        {
            mismatches.Different.Add(error.Message);
        }
    }

    /// <summary>Whose optimizer wrote the states; null if nobody says.</summary>
    public StateConvention? Convention { get; }

    /// <summary>What the file calls a state.</summary>
    public string NameOf(string state) => Convention == StateConvention.PyTorch ? _group.Options.TorchName(state) : state;

    /// <summary>β by which the file's average is raw; null if it is as it is kept.</summary>
    public double? RawBy(Parameter parameter, string state)
    {
        if (Convention != StateConvention.PyTorch)
            return null;
        if (_reader.Manifest is not null)
            return _reader.GroupOf(parameter.Name)?.Debiased.TryGetValue(state, out double beta) == true ? beta : null;
        try
        {
            return Foreign(parameter).Options.DebiasedBy(state);
        }
        catch (OptionException error)
        {
            if (!_mismatches.Different.Contains(error.Message))
                _mismatches.Different.Add(error.Message);
            return null;
        }
    }

    /// <summary>How far second moments may lie apart in the step after some, with what was checked.</summary>
    public int SpreadAfter(long steps) => _options.SpreadOf(new StepContext(steps + 1, _lr, _maxLr, Accumulates: false));

    /// <summary>Sets what was checked.</summary>
    /// <returns>The options before.</returns>
    public OptimizerOptions Restore() => _group.Restore(_options, _lr, _maxLr);

    /// <summary>Tells those who listen of the new options.</summary>
    public void Announce(OptimizerOptions before) => _group.OnOptionsChanged(before);

    private (OptimizerOptions Options, double Lr, double MaxLr) Saved()
    {
        SavedGroup? first = null;
        foreach (Parameter parameter in _group.Parameters)
        {
            SavedGroup? of = _reader.GroupOf(parameter.Name);
            if (of is null || of == first)
                continue;
            if (first is not null && !HasSameOptions(first, of))
                throw Split(first.Parameters[0], parameter.Name);
            first ??= of;
        }

        return first is null
            ? (_group.Options, _group.Lr, _group.MaxLr)
            : (Exchanged(OptionValues.Saved(first.Options, StateConvention.Optimi)), first.Lr, first.MaxLr);
    }

    private (OptimizerOptions Options, double Lr) Foreign()
    {
        (OptimizerOptions Options, double Lr) first = Foreign(_group.Parameters[0]);
        foreach (Parameter parameter in _group.Parameters)
        {
            if (Foreign(parameter) != first)
                throw Split(_group.Parameters[0].Name, parameter.Name);
        }

        return first;
    }

    /// <summary>The options that a file of others has for a parameter, those of its own that it has not.</summary>
    private (OptimizerOptions Options, double Lr) Foreign(Parameter parameter)
    {
        string owner = _owners[parameter].Group;
        if (_foreign.TryGetValue(owner, out (OptimizerOptions Options, double Lr) known))
            return known;
        StateConvention convention = Convention ?? StateConvention.Optimi;
        var values = new Dictionary<string, OptionValue>(StringComparer.Ordinal);
        var names = OptionValues.ToSave(convention);
        Exchanged(names);
        foreach (string name in names.All.Keys)
        {
            if (_reader.TryGetOption(owner, name, out StoredTensor? stored))
                values.Add(name, new OptionValue(_reader.Numbers(stored), OptionKind.Array));
        }

        foreach (string name in (ReadOnlySpan<string>)["nesterov", "amsgrad"])
        {
            if (_reader.TryGetOption(owner, name, out StoredTensor? flag) && _reader.Numbers(flag) is [not 0])
                throw new OptionException($"'{flag.Name}' is on, which {_group.Options.GetType().Name} do not have.");
        }

        double lr = _group.Lr;
        if (_reader.TryGetOption(owner, CheckpointKeys.Lr, out StoredTensor? rate))
            lr = _reader.Number(rate) ?? throw new OptionException($"'{rate.Name}' is {rate.Length} numbers, where one is expected.");
        return _foreign[owner] = (Exchanged(OptionValues.Saved(values, convention)), lr);
    }

    private OptimizerOptions Exchanged(OptionValues values) => _group.Options.SaveOrRestore(values)
        ?? throw new OptionException($"{nameof(OptimizerOptions.SaveOrRestore)} of {_group.Options.GetType().Name} returned null, but must return options.");

    private static bool HasSameOptions(SavedGroup one, SavedGroup other) =>
        one.Lr == other.Lr && one.MaxLr == other.MaxLr && one.Options.Count == other.Options.Count
        && one.Options.All(option => other.Options.TryGetValue(option.Key, out OptionValue? value)
            && value.Numbers.SequenceEqual(option.Value.Numbers));

    private static OptionException Split(string one, string other) => new(
        $"Parameters '{one}' and '{other}' are in one group, but were saved in groups with other options; make the groups as they were, or"
        + $" load with {nameof(CheckpointLoadOptions.RestoreOptions)} off.");
}
