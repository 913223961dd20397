namespace Optimi;

/// <summary>
/// What a schedule is about to set in the groups of an optimizer. Nothing is set before all of it is known and checked, so a schedule
/// that fails leaves every group as it was; and values on the way, which chained schedules pass to each other, are never seen.
/// </summary>
internal sealed class ScheduleDraft
{
    private readonly Optimizer _optimizer;
    private readonly GroupDraft[] _groups;

    public ScheduleDraft(Optimizer optimizer)
    {
        _optimizer = optimizer;
        _groups = [.. optimizer.Groups.Select(group => new GroupDraft(group))];
    }

    /// <summary>How many groups there are.</summary>
    public int Count => _groups.Length;

    /// <summary>A group.</summary>
    public GroupDraft this[int group] => _groups[group];

    /// <summary>Takes over what the groups have now.</summary>
    /// <exception cref="ScheduleException">A group was added to the optimizer.</exception>
    public void Read()
    {
        if (_optimizer.Groups.Count != Count)
        {
            throw new ScheduleException(
                $"The optimizer has {_optimizer.Groups.Count} groups, but had {Count} when the schedule was made, so it knows no initial"
                + " value for the new ones; add all groups first, or make a new schedule.");
        }

        foreach (GroupDraft group in _groups)
            group.Read();
    }

    /// <summary>Checks that all of it can be set.</summary>
    /// <exception cref="OptionException">It cannot.</exception>
    public void Check()
    {
        foreach (GroupDraft group in _groups)
            group.Check();
    }

    /// <summary>Sets what was checked. All groups are set before anyone hears of it.</summary>
    public void Apply()
    {
        foreach (GroupDraft group in _groups)
            group.Apply();
        foreach (GroupDraft group in _groups)
            group.Notify();
    }
}
