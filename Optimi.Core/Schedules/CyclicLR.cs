namespace Optimi;

/// <summary>Takes the learning rate up and down between two values along lines, again and again, and the momentum the opposite way.</summary>
/// <remarks>
/// Smith, <see href="https://arxiv.org/abs/1506.01186">Cyclical Learning Rates for Training Neural Networks</see>. The rate depends on the
/// step alone: changes by hand last until the next step, and what the groups had at first is not used. With
/// <see cref="OptimizerOptions.DecoupleLr"/>, give <see cref="OptimizerOptions.MaxLr"/>, since the rate rises above the first one.
/// </remarks>
public sealed class CyclicLR : CyclingLR
{
    private readonly double[] _base;
    private readonly double[] _max;
    private readonly double _length;
    private readonly double _rising;
    private readonly CyclicMode _mode;
    private readonly double _gamma;

    /// <summary>Creates the schedule, and sets the first rate and momentum.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="baseLr">The lowest rate, with which it begins, of all groups or of each: finite, at least 0.</param>
    /// <param name="maxLr">The highest rate, of all groups or of each: finite, at least 0.</param>
    /// <param name="stepSizeUp">In how many steps the rate rises: at least 1. Default 2000.</param>
    /// <param name="stepSizeDown">In how many steps it falls: at least 1. Default: as many.</param>
    /// <param name="mode">How high the cycles are. Default: all the same.</param>
    /// <param name="gamma">The factor of <see cref="CyclicMode.ExpRange"/>: finite, at least 0. Default 1.</param>
    /// <param name="cycleMomentum">Whether momentum changes too, which allocates. Default: if <paramref name="target"/> is the learning
    /// rate.</param>
    /// <param name="baseMomentum">The momentum at the highest rate, of all groups or of each: at least 0, below 1. Default 0.8.</param>
    /// <param name="maxMomentum">The momentum at the lowest rate, of all groups or of each: at least 0, below 1. Default 0.9.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="OptionException">An argument is outside its range or for another number of groups, or a group has no
    /// momentum.</exception>
    public CyclicLR(
        Optimizer optimizer,
        PerGroup baseLr,
        PerGroup maxLr,
        int stepSizeUp = 2000,
        int? stepSizeDown = null,
        CyclicMode mode = CyclicMode.Triangular,
        double gamma = 1,
        bool? cycleMomentum = null,
        PerGroup? baseMomentum = null,
        PerGroup? maxMomentum = null,
        ScheduleTarget? target = null)
        : base(optimizer, target)
    {
        ArgumentNullException.ThrowIfNull(baseLr);
        ArgumentNullException.ThrowIfNull(maxLr);
        ScheduleGuard.AtLeast(1, stepSizeUp, nameof(stepSizeUp));
        ScheduleGuard.AtLeast(1, stepSizeDown ?? 1, nameof(stepSizeDown));
        ScheduleGuard.Defined(mode, nameof(mode));
        Guard.NotNegative(gamma, nameof(gamma));
        _base = ScheduleGuard.NotNegative(baseLr.For(Draft.Count, nameof(baseLr)), nameof(baseLr));
        _max = ScheduleGuard.NotNegative(maxLr.For(Draft.Count, nameof(maxLr)), nameof(maxLr));
        _length = (double)stepSizeUp + (stepSizeDown ?? stepSizeUp);
        _rising = stepSizeUp / _length;
        _mode = mode;
        _gamma = gamma;
        if (cycleMomentum ?? Target == ScheduleTarget.LearningRate)
            Momentum = new MomentumCycle(Draft, baseMomentum ?? 0.8, maxMomentum ?? 0.9);
        Begin();
    }

    /// <inheritdoc/>
    internal override double Next(in SchedulePoint point) =>
        _base[point.Group] + ((_max[point.Group] - _base[point.Group]) * Slope(point.Step) * Amplitude(point.Step));

    /// <inheritdoc/>
    private protected override double InitialOf(int group, double? known) => known ?? _base[group];

    /// <inheritdoc/>
    private protected override double MomentumAt(long step, double lowest, double highest) =>
        highest - ((highest - lowest) * Slope(step) * Amplitude(step));

    /// <summary>How far up the triangle a step is: from 0 to 1.</summary>
    private double Slope(long step)
    {
        double done = 1 + (step / _length) - Cycle(step);
        return done <= _rising ? done / _rising : (done - 1) / (_rising - 1);
    }

    /// <summary>What the height of the triangle is multiplied by.</summary>
    private double Amplitude(long step) => _mode switch
    {
        CyclicMode.Triangular2 => 1 / Math.Pow(2, Cycle(step) - 1),
        CyclicMode.ExpRange => Math.Pow(_gamma, step),
        _ => 1,
    };

    /// <summary>Which cycle a step is in, from 1.</summary>
    private double Cycle(long step) => Math.Floor(1 + (step / _length));
}
