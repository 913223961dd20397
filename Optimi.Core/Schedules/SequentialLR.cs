namespace Optimi;

/// <summary>Follows one schedule until a certain step, then another from its beginning, and so on: a warm-up and what comes after it.</summary>
public sealed class SequentialLR : CompositeLR
{
    private readonly int[] _milestones;
    private LRScheduler _current;

    /// <summary>Creates the schedule, and sets the groups to the values with which the first one begins.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="schedulers">The schedules, in order: at least one, all of this optimizer and of the same target.</param>
    /// <param name="milestones">At which steps the second begins, the third, and so on: rising, from 1 on, one fewer than schedules.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="OptionException">There is no schedule, one is there twice, is another optimizer's or has another target; or the
    /// milestones are not as said.</exception>
    public SequentialLR(Optimizer optimizer, IReadOnlyList<LRScheduler> schedulers, IReadOnlyList<int> milestones)
        : base(NotNull(optimizer), Checked(schedulers, optimizer), schedulers[0].Target)
    {
        ArgumentNullException.ThrowIfNull(milestones);
        _milestones = [.. milestones];
        Check();
        _current = Schedulers[0];
        for (int group = 0; group < Draft.Count; group++)
        {
            if (InitialValues.Find(optimizer.Groups[group], Target) is double initial)
                Target.Set(Draft[group], initial);
        }

        Begin(Draft);
        Commit();
    }

    /// <inheritdoc/>
    internal override void Reset(ScheduleDraft draft) => Schedulers[0].Reset(draft);

    /// <inheritdoc/>
    internal override void Accept()
    {
        base.Accept();
        _current.Accept();
    }

    /// <inheritdoc/>
    private protected override void Apply(ScheduleDraft draft, long step)
    {
        int place = 0;
        while (place < _milestones.Length && _milestones[place] <= step)
            place++;
        _current = Schedulers[place];
        if (step == 0)
        {
            _current.Begin(draft);
        }
        else if (place > 0 && _milestones[place - 1] == step)
        {
            _current.Reset(draft);
            _current.Begin(draft);
        }
        else
        {
            _current.Advance(draft);
        }
    }

    private static Optimizer NotNull(Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        return optimizer;
    }

    private void Check()
    {
        if (_milestones.Length != Schedulers.Count - 1)
        {
            throw new OptionException(
                $"milestones has {_milestones.Length} steps for {Schedulers.Count} schedules; name the step at which each but the first begins.");
        }

        for (int i = 0; i < _milestones.Length; i++)
            ScheduleGuard.AtLeast(i == 0 ? 1 : _milestones[i - 1] + 1, _milestones[i], $"milestones[{i}]");
        if (Schedulers.FirstOrDefault(scheduler => scheduler.Target != Target) is { } other)
        {
            throw new OptionException(
                $"schedulers has a {other.GetType().Name} of the {other.Target.Name} after one of the {Target.Name}; chain schedules of"
                + $" different targets by {nameof(ChainedScheduler)}.");
        }
    }
}
