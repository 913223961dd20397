namespace Optimi;

/// <summary>Takes each value to 0 as a power of the share of steps that remain.</summary>
public sealed class PolynomialLR : FormulaLR
{
    private readonly int _totalIters;
    private readonly double _power;

    /// <summary>Creates the schedule.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="totalIters">After how many steps it is 0: at least 1. Default 5.</param>
    /// <param name="power">The power: finite, at least 0. Default 1, a line.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException"><paramref name="optimizer"/> is null.</exception>
    /// <exception cref="OptionException">An argument, or a value that it leads to, is outside its range.</exception>
    public PolynomialLR(Optimizer optimizer, int totalIters = 5, double power = 1, ScheduleTarget? target = null)
        : base(optimizer, target)
    {
        ScheduleGuard.AtLeast(1, totalIters, nameof(totalIters));
        Guard.NotNegative(power, nameof(power));
        _totalIters = totalIters;
        _power = power;
        Begin();
    }

    /// <inheritdoc/>
    internal override double Next(in SchedulePoint point)
    {
        if (point.Step == 0 || point.Step > _totalIters)
            return point.Value;
        return point.Value * Math.Pow(Remaining(point.Step) / Remaining(point.Step - 1), _power);
    }

    private double Remaining(long step) => 1 - ((double)step / _totalIters);
}
