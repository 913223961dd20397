namespace Optimi;

/// <summary>A schedule that can take the momentum of each group the opposite way of its learning rate.</summary>
public abstract class CyclingLR : FormulaLR
{
    private protected CyclingLR(Optimizer optimizer, ScheduleTarget? target)
        : base(optimizer, target)
    {
    }

    /// <summary>The bounds of the momentum; null if it is left alone.</summary>
    private protected MomentumCycle? Momentum { get; init; }

    /// <summary>The momentum of a step.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="lowest">The momentum where the learning rate is highest.</param>
    /// <param name="highest">The momentum where the learning rate is lowest.</param>
    private protected abstract double MomentumAt(long step, double lowest, double highest);

    /// <inheritdoc/>
    private protected override void Apply(ScheduleDraft draft, long step)
    {
        base.Apply(draft, step);
        if (Momentum is null)
            return;
        for (int group = 0; group < draft.Count; group++)
            ScheduleTarget.Momentum.Set(draft[group], MomentumAt(step, Momentum.Base(group), Momentum.Max(group)));
    }

    /// <inheritdoc/>
    private protected override void Save(ScheduleDraft draft, ScheduleStateBuilder state)
    {
        base.Save(draft, state);
        if (Momentum is not null)
            state.Add(ScheduleStateNames.Momentum, ScheduleTarget.Momentum, draft);
    }

    /// <inheritdoc/>
    private protected override void Verify(ScheduleState state)
    {
        base.Verify(state);
        if (Momentum is not null)
            state.Array(ScheduleStateNames.Momentum, Draft.Count);
    }

    /// <inheritdoc/>
    private protected override void Write(ScheduleState state, ScheduleDraft draft)
    {
        base.Write(state, draft);
        if (Momentum is null)
            return;
        for (int group = 0; group < draft.Count; group++)
            ScheduleTarget.Momentum.Set(draft[group], state.Arrays[ScheduleStateNames.Momentum][group]);
    }
}
