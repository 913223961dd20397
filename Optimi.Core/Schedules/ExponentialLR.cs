namespace Optimi;

/// <summary>Multiplies each value by gamma at every step.</summary>
public sealed class ExponentialLR : FormulaLR
{
    private readonly double _gamma;

    /// <summary>Creates the schedule.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="gamma">The factor: finite, at least 0.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException"><paramref name="optimizer"/> is null.</exception>
    /// <exception cref="OptionException">An argument, or a value that it leads to, is outside its range.</exception>
    public ExponentialLR(Optimizer optimizer, double gamma, ScheduleTarget? target = null)
        : base(optimizer, target)
    {
        Guard.NotNegative(gamma, nameof(gamma));
        _gamma = gamma;
        Begin();
    }

    /// <inheritdoc/>
    internal override double Next(in SchedulePoint point) => point.Step == 0 ? point.Value : point.Value * _gamma;
}
