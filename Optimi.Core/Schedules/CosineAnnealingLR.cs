namespace Optimi;

/// <summary>Takes each value down to a least one along half a wave of a cosine; steps beyond that take it up again.</summary>
/// <remarks>Loshchilov, Hutter, <see href="https://arxiv.org/abs/1608.03983">SGDR: Stochastic Gradient Descent with Warm Restarts</see>;
/// without the restarts.</remarks>
public sealed class CosineAnnealingLR : FormulaLR
{
    private readonly int _tMax;
    private readonly double _etaMin;

    /// <summary>Creates the schedule.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="tMax">After how many steps the value is least: at least 1.</param>
    /// <param name="etaMin">The least value: finite, at least 0. Default 0.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException"><paramref name="optimizer"/> is null.</exception>
    /// <exception cref="OptionException">An argument, or a value that it leads to, is outside its range.</exception>
    public CosineAnnealingLR(Optimizer optimizer, int tMax, double etaMin = 0, ScheduleTarget? target = null)
        : base(optimizer, target)
    {
        ScheduleGuard.AtLeast(1, tMax, nameof(tMax));
        Guard.NotNegative(etaMin, nameof(etaMin));
        _tMax = tMax;
        _etaMin = etaMin;
        Begin();
    }

    /// <inheritdoc/>
    internal override double Next(in SchedulePoint point)
    {
        if (point.Step == 0)
            return point.Value;
        // At its least the height of the wave is 0, from which no factor leads up again.
        if ((point.Step - 1 - _tMax) % (2L * _tMax) == 0)
            return point.Value + ((point.Initial - _etaMin) * (1 - Math.Cos(Math.PI / _tMax)) / 2);
        return _etaMin + (Height(point.Step) / Height(point.Step - 1) * (point.Value - _etaMin));
    }

    private double Height(long step) => 1 + Math.Cos(Math.PI * step / _tMax);
}
