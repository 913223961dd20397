namespace Optimi;

/// <summary>Multiplies each value by a factor, and takes that back after some steps.</summary>
public sealed class ConstantLR : FormulaLR
{
    private readonly double _factor;
    private readonly int _totalIters;

    /// <summary>Creates the schedule.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="factor">The factor: above 0, at most 1. Default 1/3.</param>
    /// <param name="totalIters">After how many steps it is taken back: at least 1. Default 5.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException"><paramref name="optimizer"/> is null.</exception>
    /// <exception cref="OptionException">An argument, or a value that it leads to, is outside its range.</exception>
    public ConstantLR(Optimizer optimizer, double factor = 1.0 / 3, int totalIters = 5, ScheduleTarget? target = null)
        : base(optimizer, target)
    {
        ScheduleGuard.Share(factor, nameof(factor));
        ScheduleGuard.AtLeast(1, totalIters, nameof(totalIters));
        _factor = factor;
        _totalIters = totalIters;
        Begin();
    }

    /// <inheritdoc/>
    internal override double Next(in SchedulePoint point)
    {
        if (point.Step == 0)
            return point.Value * _factor;
        return point.Step == _totalIters ? point.Value * (1 / _factor) : point.Value;
    }
}
