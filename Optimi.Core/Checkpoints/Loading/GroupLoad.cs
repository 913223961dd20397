namespace Optimi;

/// <summary>The options and the learning rate that a group will have after loading.</summary>
internal sealed class GroupLoad
{
    private readonly ParameterGroup _group;
    private readonly double _lr;
    private readonly double _maxLr;

    public GroupLoad(
        CheckpointReader reader, StateOwners owners, ParameterGroup group, SavedOptimizer? saved, StateConvention? convention, Mismatches mismatches,
        bool restoresOptions)
    {
        _group = group;
        Convention = convention;
        (Options, _lr, _maxLr) = (group.Options, group.Lr, group.MaxLr);
        if (!restoresOptions)
            return;
        try
        {
            if (saved is not null)
                (Options, _lr, _maxLr) = Of(saved);
            else if (convention is StateConvention known)
                (Options, _lr) = Of(reader, owners, known);
            _group.CheckOptions(Options, _lr, _maxLr);
        }
        catch (OptionException error)
        {
            mismatches.Different.Add(error.Message);
        }
    }

    /// <summary>Whose optimizer wrote the states; null if nobody says.</summary>
    public StateConvention? Convention { get; }

    /// <summary>The options that the group will have.</summary>
    public OptimizerOptions Options { get; }

    /// <summary>Sets what was checked.</summary>
    public void Restore() => _group.Restore(Options, _lr, _maxLr);

    private (OptimizerOptions Options, double Lr, double MaxLr) Of(SavedOptimizer saved)
    {
        SavedGroup? first = null;
        foreach (Parameter parameter in _group.Parameters)
        {
            SavedGroup? of = saved.GroupOf(parameter.Name);
            if (of is null || of == first)
                continue;
            if (first is not null && !HasSameOptions(first, of))
                throw Split(first.Parameters[0], parameter.Name);
            first ??= of;
        }

        return first is null
            ? (_group.Options, _group.Lr, _group.MaxLr)
            : (_group.Options.Exchange(OptionValues.Saved(first.Options, StateConvention.Optimi)), first.Lr, first.MaxLr);
    }

    private (OptimizerOptions Options, double Lr) Of(CheckpointReader reader, StateOwners owners, StateConvention convention)
    {
        string owner = owners[_group.Parameters[0]].Group;
        var values = new Dictionary<string, OptionValue>(StringComparer.Ordinal);
        var names = OptionValues.ToSave(convention);
        _group.Options.Exchange(names);
        foreach (string name in names.All.Keys)
        {
            if (reader.TryGetOption(owner, name, out StoredTensor? stored))
                values.Add(name, new OptionValue(reader.Numbers(stored), OptionKind.Array));
        }

        foreach (string name in (ReadOnlySpan<string>)["nesterov", "amsgrad"])
        {
            if (reader.TryGetOption(owner, name, out StoredTensor? flag) && reader.Numbers(flag) is [not 0])
                throw new OptionException($"'{flag.Name}' is on, which {_group.Options.GetType().Name} do not have.");
        }

        double lr = reader.TryGetOption(owner, CheckpointKeys.Lr, out StoredTensor? rate) && reader.Number(rate) is double number
            ? number
            : _group.Lr;
        return (_group.Options.Exchange(OptionValues.Saved(values, convention)), lr);
    }

    private static bool HasSameOptions(SavedGroup one, SavedGroup other) =>
        one.Lr == other.Lr && one.MaxLr == other.MaxLr && one.Options.Count == other.Options.Count
        && one.Options.All(option => other.Options.TryGetValue(option.Key, out OptionValue? value)
            && value.Numbers.SequenceEqual(option.Value.Numbers));

    private static OptionException Split(string one, string other) => new(
        $"Parameters '{one}' and '{other}' are in one group, but were saved in groups with other options; make the groups as they were, or"
        + $" load with {nameof(CheckpointLoadOptions.RestoreOptions)} off.");
}
