namespace Optimi;

/// <summary>A schedule that is stepped after each step of the optimizer, or after each epoch, whichever its numbers of steps mean.</summary>
public abstract class LRScheduler : Schedule
{
    private readonly double[] _next;
    private long _nextCount;

    private protected LRScheduler(Optimizer optimizer, ScheduleTarget? target)
        : base(optimizer, target)
    {
        _next = new double[Draft.Count];
    }

    /// <summary>Sets the values of the next step.</summary>
    /// <exception cref="ScheduleException">A group was added to the optimizer, or the schedule has an end, which is passed.</exception>
    /// <exception cref="OptionException">A value cannot be set: it is negative, not finite, or too large.</exception>
    /// <remarks>After an error, also of a function of yours, nothing has changed.</remarks>
    public void Step()
    {
        Draft.Read();
        Advance(Draft);
        Commit();
    }

    /// <summary>Writes the values of the next step into a draft.</summary>
    internal void Advance(ScheduleDraft draft) => Write(draft, StepCount + 1);

    /// <summary>Writes the values of step 0 into a draft.</summary>
    internal void Begin(ScheduleDraft draft) => Write(draft, 0);

    /// <summary>Writes the values from which step 0 is computed into a draft, when a <see cref="SequentialLR"/> comes to it.</summary>
    internal abstract void Reset(ScheduleDraft draft);

    /// <summary>Takes what was written as the state of the schedule. It cannot fail.</summary>
    internal virtual void Accept() => Accept(_nextCount, _next);

    /// <summary>Writes the values of a step into a draft.</summary>
    /// <param name="draft">What is about to be set; it holds the values of the step before.</param>
    /// <param name="step">The step, from 0.</param>
    private protected abstract void Apply(ScheduleDraft draft, long step);

    /// <summary>Sets what is in the draft, if all of it can be set.</summary>
    private protected void Commit()
    {
        Draft.Check();
        Accept();
        Draft.Apply();
    }

    private void Write(ScheduleDraft draft, long step)
    {
        Apply(draft, step);
        for (int group = 0; group < draft.Count; group++)
            _next[group] = Target.Get(draft[group]);
        _nextCount = step;
    }
}
