namespace Optimi;

/// <content>Saving and restoring.</content>
public abstract partial class Schedule
{
    /// <summary>
    /// Where the schedule is, to be restored by <see cref="LoadState"/>: how often it was stepped, and the values that the groups have and
    /// had at first. What it was made with (factors, numbers of steps, functions) is not part of it.
    /// </summary>
    /// <returns>The state, which later steps do not change.</returns>
    /// <exception cref="ScheduleException">A group was added to the optimizer.</exception>
    public ScheduleState SaveState()
    {
        Draft.Read();
        return Save(Draft);
    }

    /// <summary>
    /// Goes on from a saved state: sets the groups to the values that they had, and gives the same values from there on as the schedule
    /// that was saved, to the last bit. Make the schedule as that one was made, on an optimizer with as many groups.
    /// </summary>
    /// <param name="state">The state.</param>
    /// <exception cref="ArgumentNullException"><paramref name="state"/> is null.</exception>
    /// <exception cref="ScheduleException">The state is another kind's or another target's, lacks something, or has another number of
    /// groups; or a group was added to the optimizer. Nothing has changed.</exception>
    /// <exception cref="OptionException">A value cannot be set in this optimizer. Nothing has changed.</exception>
    public void LoadState(ScheduleState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        CheckState(state);
        Take(state);
        Draft.Apply();
    }

    /// <summary>Checks that it can go on from a state, and writes it into the draft.</summary>
    /// <exception cref="ScheduleException">It cannot, or a group was added to the optimizer.</exception>
    /// <exception cref="OptionException">A value cannot be set in this optimizer.</exception>
    internal void CheckState(ScheduleState state)
    {
        Draft.Read();
        Verify(state);
        Write(state, Draft);
        Draft.Check();
    }

    /// <summary>Saves what it knows, and what a draft has.</summary>
    private protected virtual void Save(ScheduleDraft draft, ScheduleStateBuilder state)
    {
        state.Add(ScheduleStateNames.StepCount, StepCount);
        state.Add(ScheduleStateNames.Value, Target, draft);
        state.Add(ScheduleStateNames.Last, LastLr);
    }

    /// <summary>Checks that it can go on from a state.</summary>
    /// <exception cref="ScheduleException">It cannot.</exception>
    private protected virtual void Verify(ScheduleState state)
    {
        state.Check(GetType().Name, Target.Name, Children.Count);
        state.Count(ScheduleStateNames.StepCount);
        state.Array(ScheduleStateNames.Value, Draft.Count);
        state.Array(ScheduleStateNames.Last, Draft.Count);
        foreach ((Schedule child, ScheduleState nested) in Children.Zip(state.Nested))
            child.Verify(nested);
    }

    /// <summary>Writes the groups' values of a verified state into a draft.</summary>
    private protected virtual void Write(ScheduleState state, ScheduleDraft draft)
    {
        foreach ((Schedule child, ScheduleState nested) in Children.Zip(state.Nested))
            child.Write(nested, draft);
        for (int group = 0; group < draft.Count; group++)
            Target.Set(draft[group], state.Arrays[ScheduleStateNames.Value][group]);
    }

    /// <summary>Takes what it knows from a verified state. It cannot fail.</summary>
    private protected virtual void Take(ScheduleState state)
    {
        Accept(state.Count(ScheduleStateNames.StepCount), [.. state.Arrays[ScheduleStateNames.Last]]);
        foreach ((Schedule child, ScheduleState nested) in Children.Zip(state.Nested))
            child.Take(nested);
    }

    private ScheduleState Save(ScheduleDraft draft)
    {
        var state = new ScheduleStateBuilder();
        Save(draft, state);
        return new ScheduleState
        {
            Kind = GetType().Name,
            Target = Target.Name,
            Numbers = state.Numbers,
            Arrays = state.Arrays,
            Nested = [.. Children.Select(child => child.Save(draft))],
        };
    }
}
