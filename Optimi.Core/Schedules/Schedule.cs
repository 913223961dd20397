namespace Optimi;

/// <summary>
/// Changes a number of each group of an optimizer as training goes on: the learning rate, unless <see cref="Target"/> is another. Each
/// group has its own: what the group had before its first schedule is where its schedules start.
/// </summary>
/// <remarks>
/// A step that fails leaves every group and the schedule as they were. Groups belong to a schedule from the beginning: once one is added
/// to the optimizer, the schedule refuses to go on. Steps of learning rates allocate nothing; other numbers are set by new options, which
/// do. A schedule is for one thread at a time.
/// </remarks>
public abstract partial class Schedule
{
    private readonly double[] _last;

    private protected Schedule(Optimizer optimizer, ScheduleTarget? target)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        Optimizer = optimizer;
        Target = target ?? ScheduleTarget.LearningRate;
        Draft = new ScheduleDraft(optimizer);
        _last = new double[Draft.Count];
        LastLr = _last.AsReadOnly();
        for (int group = 0; group < _last.Length; group++)
            _last[group] = Target.Get(Draft[group]);
    }

    /// <summary>The optimizer.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>Which number of each group it changes.</summary>
    public ScheduleTarget Target { get; }

    /// <summary>How often it was stepped: 0 for a new schedule (PyTorch's <c>last_epoch</c>).</summary>
    public long StepCount { get; private set; }

    /// <summary>The value that each group had after the last step, in the order of the groups: its learning rate, or what
    /// <see cref="Target"/> says. The list changes with each step.</summary>
    public IReadOnlyList<double> LastLr { get; }

    /// <summary>What it is about to set.</summary>
    private protected ScheduleDraft Draft { get; }

    /// <summary>The schedules that it consists of.</summary>
    private protected virtual IReadOnlyList<Schedule> Children => [];

    /// <summary>Sets how far it is.</summary>
    private protected void Accept(long stepCount, ReadOnlySpan<double> values)
    {
        StepCount = stepCount;
        values.CopyTo(_last);
    }
}
