namespace Optimi;

/// <summary>Takes each value along a line from one multiple of itself to another: a warm-up.</summary>
public sealed class LinearLR : FormulaLR
{
    private readonly double _startFactor;
    private readonly double _endFactor;
    private readonly int _totalIters;

    /// <summary>Creates the schedule.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="startFactor">What the value is multiplied by at first: above 0, at most 1. Default 1/3.</param>
    /// <param name="endFactor">What it is multiplied by in the end: at least 0, at most 1. Default 1.</param>
    /// <param name="totalIters">After how many steps it gets there: at least 1. Default 5.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException"><paramref name="optimizer"/> is null.</exception>
    /// <exception cref="OptionException">An argument, or a value that it leads to, is outside its range.</exception>
    public LinearLR(
        Optimizer optimizer, double startFactor = 1.0 / 3, double endFactor = 1, int totalIters = 5, ScheduleTarget? target = null)
        : base(optimizer, target)
    {
        ScheduleGuard.Share(startFactor, nameof(startFactor));
        Guard.InRange(endFactor, 0, 1, nameof(endFactor));
        ScheduleGuard.AtLeast(1, totalIters, nameof(totalIters));
        _startFactor = startFactor;
        _endFactor = endFactor;
        _totalIters = totalIters;
        Begin();
    }

    /// <inheritdoc/>
    internal override double Next(in SchedulePoint point)
    {
        if (point.Step == 0)
            return point.Value * _startFactor;
        if (point.Step > _totalIters)
            return point.Value;
        double rise = _endFactor - _startFactor;
        double next = point.Value * (1 + (rise / ((_totalIters * _startFactor) + ((point.Step - 1) * rise))));
        // On the way to an end factor of 0 rounding may pass below it.
        return Math.Max(next, 0);
    }
}
