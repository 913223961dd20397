namespace Optimi;

/// <summary>Takes each value down to a least one along a cosine, and starts again from the initial value, each time for longer.</summary>
/// <remarks>Loshchilov, Hutter, <see href="https://arxiv.org/abs/1608.03983">SGDR: Stochastic Gradient Descent with Warm Restarts</see>.
/// The value depends on the step alone: changes by hand last until the next step.</remarks>
public sealed class CosineAnnealingWarmRestarts : FormulaLR
{
    private readonly int _t0;
    private readonly int _tMult;
    private readonly double _etaMin;

    /// <summary>Creates the schedule.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="t0">After how many steps it starts again for the first time: at least 1.</param>
    /// <param name="tMult">How many times longer each round is than the one before: at least 1. Default 1.</param>
    /// <param name="etaMin">The least value: finite, at least 0. Default 0.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException"><paramref name="optimizer"/> is null.</exception>
    /// <exception cref="OptionException">An argument, or a value that it leads to, is outside its range.</exception>
    public CosineAnnealingWarmRestarts(
        Optimizer optimizer, int t0, int tMult = 1, double etaMin = 0, ScheduleTarget? target = null)
        : base(optimizer, target)
    {
        ScheduleGuard.AtLeast(1, t0, nameof(t0));
        ScheduleGuard.AtLeast(1, tMult, nameof(tMult));
        Guard.NotNegative(etaMin, nameof(etaMin));
        _t0 = t0;
        _tMult = tMult;
        _etaMin = etaMin;
        Begin();
    }

    /// <inheritdoc/>
    internal override double Next(in SchedulePoint point)
    {
        long length = _t0;
        long done = point.Step;
        if (_tMult == 1)
            done %= length;
        while (done >= length)
        {
            done -= length;
            length *= _tMult;
        }

        return _etaMin + ((point.Initial - _etaMin) * (1 + Math.Cos(Math.PI * done / length)) / 2);
    }
}
