namespace Optimi;

/// <summary>
/// Takes the learning rate once from a low value up to the highest and down to nearly nothing, and the momentum the opposite way.
/// </summary>
/// <remarks>
/// Smith, Topin, <see href="https://arxiv.org/abs/1708.07120">Super-Convergence: Very Fast Training of Neural Networks Using Large Learning
/// Rates</see>. The rate depends on the step alone: changes by hand last until the next step, and what the groups had at first is not used.
/// With <see cref="OptimizerOptions.DecoupleLr"/>, give <see cref="OptimizerOptions.MaxLr"/>, since the rate rises above the first one.
/// </remarks>
public sealed class OneCycleLR : CyclingLR
{
    private readonly double[] _start;
    private readonly double[] _max;
    private readonly double[] _least;
    private readonly OneCyclePhases _phases;

    /// <summary>Creates the schedule, and sets the first rate and momentum.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="maxLr">The highest rate, of all groups or of each: finite, at least 0.</param>
    /// <param name="totalSteps">Steps of the cycle, at least 1: epochs times steps of an epoch. One more step stays at the last
    /// rate, as a loop that steps the schedule at its end needs; a further one is an error.</param>
    /// <param name="pctStart">The share of steps in which the rate rises: at least 0, at most 1, with three phases at most 0.5. Default
    /// 0.3.</param>
    /// <param name="annealStrategy">How the rate changes. Default: along a cosine.</param>
    /// <param name="cycleMomentum">Whether momentum changes too, which allocates. Default: if <paramref name="target"/> is the learning
    /// rate.</param>
    /// <param name="baseMomentum">The momentum at the highest rate, of all groups or of each: at least 0, below 1. Default 0.85.</param>
    /// <param name="maxMomentum">The momentum at the low rates, of all groups or of each: at least 0, below 1. Default 0.95.</param>
    /// <param name="divFactor">How many times lower the first rate is than the highest: above 0. Default 25.</param>
    /// <param name="finalDivFactor">How many times lower the last rate is than the first: above 0. Default 10,000.</param>
    /// <param name="threePhase">Whether the rate falls to the first one as fast as it rose, and only then to the last one. Default
    /// false.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="OptionException">An argument is outside its range or for another number of groups, or a group has no
    /// momentum.</exception>
    public OneCycleLR(
        Optimizer optimizer,
        PerGroup maxLr,
        int totalSteps,
        double pctStart = 0.3,
        AnnealStrategy annealStrategy = AnnealStrategy.Cos,
        bool? cycleMomentum = null,
        PerGroup? baseMomentum = null,
        PerGroup? maxMomentum = null,
        double divFactor = 25,
        double finalDivFactor = 1e4,
        bool threePhase = false,
        ScheduleTarget? target = null)
        : base(optimizer, target)
    {
        ArgumentNullException.ThrowIfNull(maxLr);
        ScheduleGuard.AtLeast(1, totalSteps, nameof(totalSteps));
        Guard.InRange(pctStart, 0, threePhase ? 0.5 : 1, nameof(pctStart));
        ScheduleGuard.Defined(annealStrategy, nameof(annealStrategy));
        Guard.Positive(divFactor, nameof(divFactor));
        Guard.Positive(finalDivFactor, nameof(finalDivFactor));
        _max = ScheduleGuard.NotNegative(maxLr.For(Draft.Count, nameof(maxLr)), nameof(maxLr));
        _start = [.. _max.Select(max => max / divFactor)];
        _least = [.. _start.Select(start => start / finalDivFactor)];
        _phases = new OneCyclePhases(totalSteps, pctStart, threePhase, annealStrategy);
        if (cycleMomentum ?? Target == ScheduleTarget.LearningRate)
            Momentum = new MomentumCycle(Draft, baseMomentum ?? 0.85, maxMomentum ?? 0.95);
        Begin();
    }

    /// <inheritdoc/>
    internal override double Next(in SchedulePoint point) =>
        _phases.At(point.Step, _start[point.Group], _max[point.Group], _least[point.Group]);

    /// <inheritdoc/>
    private protected override double InitialOf(int group, double? known) => _start[group];

    /// <inheritdoc/>
    private protected override double MomentumAt(long step, double lowest, double highest) =>
        _phases.At(step, highest, lowest, highest);
}
