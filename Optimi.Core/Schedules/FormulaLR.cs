namespace Optimi;

/// <summary>
/// A schedule whose formula gives each group its next value, from the step and the value that the group has or had at first. Where the
/// formula uses the value at hand, as PyTorch's do, changes by hand and by chained schedules stay in effect.
/// </summary>
public abstract class FormulaLR : LRScheduler
{
    private readonly double[] _initial;

    private protected FormulaLR(Optimizer optimizer, ScheduleTarget? target)
        : base(optimizer, target)
    {
        _initial = new double[Draft.Count];
    }

    /// <inheritdoc/>
    internal override void Reset(ScheduleDraft draft)
    {
        for (int group = 0; group < _initial.Length; group++)
            Target.Set(draft[group], _initial[group]);
    }

    /// <summary>The value of a step. At step 0 <see cref="SchedulePoint.Value"/> is what the group had until then.</summary>
    internal abstract double Next(in SchedulePoint point);

    /// <summary>The value that a group's schedules start from.</summary>
    /// <param name="group">The group's place.</param>
    /// <param name="known">What earlier schedules started from; null if there was none.</param>
    private protected virtual double InitialOf(int group, double? known) => known ?? Target.Get(Draft[group]);

    /// <summary>Sets the values of step 0. Every constructor ends with it, when all that the formula needs is there.</summary>
    private protected void Begin()
    {
        for (int group = 0; group < _initial.Length; group++)
            _initial[group] = InitialOf(group, InitialValues.Find(Optimizer.Groups[group], Target));
        Begin(Draft);
        Draft.Check();
        for (int group = 0; group < _initial.Length; group++)
            InitialValues.Keep(Optimizer.Groups[group], Target, _initial[group]);
        Commit();
    }

    /// <inheritdoc/>
    private protected override void Apply(ScheduleDraft draft, long step)
    {
        for (int group = 0; group < _initial.Length; group++)
        {
            double value = Next(new SchedulePoint(step, group, _initial[group], Target.Get(draft[group])));
            if (!(value >= 0 && float.IsFinite((float)value)))
                Guard.NotNegative(value, FormattableString.Invariant($"The {Target.Name} of group {group} at step {step} of {GetType().Name}"));
            Target.Set(draft[group], value);
        }
    }

    /// <inheritdoc/>
    private protected override void Save(ScheduleDraft draft, ScheduleStateBuilder state)
    {
        base.Save(draft, state);
        state.Add(ScheduleStateNames.Initial, _initial);
    }

    /// <inheritdoc/>
    private protected override void Verify(ScheduleState state)
    {
        base.Verify(state);
        state.Array(ScheduleStateNames.Initial, _initial.Length);
    }

    /// <inheritdoc/>
    private protected override void Take(ScheduleState state)
    {
        base.Take(state);
        for (int group = 0; group < _initial.Length; group++)
            _initial[group] = state.Arrays[ScheduleStateNames.Initial][group];
    }
}
