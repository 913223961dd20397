namespace Optimi;

/// <summary>Multiplies each value by a factor when a metric, such as the loss of a validation, has not become better for a while.</summary>
/// <remarks>A metric that is NaN is not better than any. The schedule cannot be part of others, since it is stepped with a metric.</remarks>
public sealed class ReduceLROnPlateau : Schedule
{
    private readonly PlateauMode _mode;
    private readonly double _factor;
    private readonly int _patience;
    private readonly double _threshold;
    private readonly ThresholdMode _thresholdMode;
    private readonly int _cooldown;
    private readonly double[] _minLr;
    private readonly double _eps;
    private readonly double[] _next;

    /// <summary>Creates the schedule; the groups keep their values.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="mode">Whether a lower metric is better or a higher one. Default: a lower one.</param>
    /// <param name="factor">The factor: at least 0, below 1. Default 0.1.</param>
    /// <param name="patience">After how many steps without a better metric nothing is done yet: at least 0. Default 10.</param>
    /// <param name="threshold">How much better a metric must be to count: finite, at least 0. Default 1e-4.</param>
    /// <param name="thresholdMode">Whether that is a share of the best metric or a difference. Default: a share.</param>
    /// <param name="cooldown">For how many steps after a reduction no step counts as one without a better metric: at least 0. Default
    /// 0.</param>
    /// <param name="minLr">The least value, of all groups or of each: finite, at least 0. Default 0.</param>
    /// <param name="eps">A reduction by no more than this is not made: finite, at least 0. Default 1e-8.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException"><paramref name="optimizer"/> is null.</exception>
    /// <exception cref="OptionException">An argument is outside its range or for another number of groups.</exception>
    public ReduceLROnPlateau(
        Optimizer optimizer,
        PlateauMode mode = PlateauMode.Min,
        double factor = 0.1,
        int patience = 10,
        double threshold = 1e-4,
        ThresholdMode thresholdMode = ThresholdMode.Rel,
        int cooldown = 0,
        PerGroup? minLr = null,
        double eps = 1e-8,
        ScheduleTarget? target = null)
        : base(optimizer, target)
    {
        ScheduleGuard.Defined(mode, nameof(mode));
        Guard.MovingAverage(factor, nameof(factor));
        ScheduleGuard.AtLeast(0, patience, nameof(patience));
        Guard.NotNegative(threshold, nameof(threshold));
        ScheduleGuard.Defined(thresholdMode, nameof(thresholdMode));
        ScheduleGuard.AtLeast(0, cooldown, nameof(cooldown));
        Guard.NotNegative(eps, nameof(eps));
        _mode = mode;
        _factor = factor;
        _patience = patience;
        _threshold = threshold;
        _thresholdMode = thresholdMode;
        _cooldown = cooldown;
        _minLr = ScheduleGuard.NotNegative((minLr ?? 0).For(Draft.Count, nameof(minLr)), nameof(minLr));
        _eps = eps;
        _next = new double[Draft.Count];
        Best = mode == PlateauMode.Min ? double.PositiveInfinity : double.NegativeInfinity;
    }

    /// <summary>The best metric so far; infinite before the first one.</summary>
    public double Best { get; private set; }

    /// <summary>How many steps in a row had no better metric, those of a cooldown left out.</summary>
    public long BadStepCount { get; private set; }

    /// <summary>How many steps of a cooldown remain.</summary>
    public long CooldownLeft { get; private set; }

    /// <summary>Takes a metric, and reduces the values if it has not become better for long enough.</summary>
    /// <param name="metric">The metric, such as the loss of an epoch's validation.</param>
    /// <exception cref="ScheduleException">A group was added to the optimizer. Nothing has changed.</exception>
    /// <exception cref="OptionException">The group refuses the reduced value. Nothing has changed.</exception>
    public void Step(double metric)
    {
        Draft.Read();
        bool isBetter = IsBetter(metric);
        bool cools = CooldownLeft > 0;
        long bad = isBetter || cools ? 0 : BadStepCount + 1;
        bool reduces = bad > _patience;
        for (int group = 0; group < Draft.Count; group++)
        {
            double value = Target.Get(Draft[group]);
            double reduced = Math.Max(value * _factor, _minLr[group]);
            _next[group] = reduces && value - reduced > _eps ? reduced : value;
            Target.Set(Draft[group], _next[group]);
        }

        Draft.Check();
        Accept(StepCount + 1, _next);
        Best = isBetter ? metric : Best;
        BadStepCount = reduces ? 0 : bad;
        CooldownLeft = reduces ? _cooldown : CooldownLeft - (cools ? 1 : 0);
        Draft.Apply();
    }

    /// <inheritdoc/>
    private protected override void Save(ScheduleDraft draft, ScheduleStateBuilder state)
    {
        base.Save(draft, state);
        state.Add(ScheduleStateNames.Best, Best);
        state.Add(ScheduleStateNames.BadSteps, BadStepCount);
        state.Add(ScheduleStateNames.Cooldown, CooldownLeft);
    }

    /// <inheritdoc/>
    private protected override void Verify(ScheduleState state)
    {
        base.Verify(state);
        state.Number(ScheduleStateNames.Best);
        state.Count(ScheduleStateNames.BadSteps);
        state.Count(ScheduleStateNames.Cooldown);
    }

    /// <inheritdoc/>
    private protected override void Take(ScheduleState state)
    {
        base.Take(state);
        Best = state.Number(ScheduleStateNames.Best);
        BadStepCount = state.Count(ScheduleStateNames.BadSteps);
        CooldownLeft = state.Count(ScheduleStateNames.Cooldown);
    }

    private bool IsBetter(double metric)
    {
        // Infinity times a share of 0 would be NaN, to which nothing compares.
        double share = double.IsInfinity(Best) || _thresholdMode == ThresholdMode.Abs ? 0 : _threshold;
        double difference = _thresholdMode == ThresholdMode.Abs ? _threshold : 0;
        return _mode == PlateauMode.Min
            ? metric < (Best * (1 - share)) - difference
            : metric > (Best * (1 + share)) + difference;
    }
}
