namespace Optimi;

/// <summary>Multiplies each value by gamma every so many steps.</summary>
public sealed class StepLR : FormulaLR
{
    private readonly int _stepSize;
    private readonly double _gamma;

    /// <summary>Creates the schedule.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="stepSize">Every how many steps: at least 1.</param>
    /// <param name="gamma">The factor: finite, at least 0. Default 0.1.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException"><paramref name="optimizer"/> is null.</exception>
    /// <exception cref="OptionException">An argument, or a value that it leads to, is outside its range.</exception>
    public StepLR(Optimizer optimizer, int stepSize, double gamma = 0.1, ScheduleTarget? target = null)
        : base(optimizer, target)
    {
        ScheduleGuard.AtLeast(1, stepSize, nameof(stepSize));
        Guard.NotNegative(gamma, nameof(gamma));
        _stepSize = stepSize;
        _gamma = gamma;
        Begin();
    }

    /// <inheritdoc/>
    internal override double Next(in SchedulePoint point) =>
        point.Step > 0 && point.Step % _stepSize == 0 ? point.Value * _gamma : point.Value;
}
