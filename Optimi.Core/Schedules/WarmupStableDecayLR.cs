namespace Optimi;

/// <summary>
/// Warms up along a line, stays at the initial value, and decays at the end. The decay may begin whenever training should end, so a
/// training can be prolonged from a state saved before it.
/// </summary>
/// <remarks>
/// Hu et al., <see href="https://arxiv.org/abs/2404.06395">MiniCPM: Unveiling the Potential of Small Language Models with Scalable Training
/// Strategies</see>; the shape <see cref="DecayShape.OneMinusSqrt"/> is from Hägele et al.,
/// <see href="https://arxiv.org/abs/2405.18392">Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations</see>.
/// The value depends on the step alone: changes by hand last until the next step.
/// </remarks>
public sealed class WarmupStableDecayLR : FormulaLR
{
    private readonly long _warmupSteps;
    private readonly long _stableSteps;
    private readonly long _decaySteps;
    private readonly DecayShape _decay;
    private readonly double _minLrRatio;

    /// <summary>Creates the schedule.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="warmupSteps">Steps of the warm-up, of which the first has 1/warmupSteps of the initial value and the last has all of
    /// it: at least 0.</param>
    /// <param name="stableSteps">Steps at the initial value: at least 0.</param>
    /// <param name="decaySteps">Steps of the decay: at least 0. The value after them is the least.</param>
    /// <param name="decay">The shape of the decay. Default: a line.</param>
    /// <param name="minLrRatio">The least value, as a share of the initial one: at least 0, at most 1. Default 0.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException"><paramref name="optimizer"/> is null.</exception>
    /// <exception cref="OptionException">An argument, or a value that it leads to, is outside its range.</exception>
    public WarmupStableDecayLR(
        Optimizer optimizer,
        int warmupSteps,
        int stableSteps,
        int decaySteps,
        DecayShape decay = DecayShape.Linear,
        double minLrRatio = 0,
        ScheduleTarget? target = null)
        : base(optimizer, target)
    {
        ScheduleGuard.AtLeast(0, warmupSteps, nameof(warmupSteps));
        ScheduleGuard.AtLeast(0, stableSteps, nameof(stableSteps));
        ScheduleGuard.AtLeast(0, decaySteps, nameof(decaySteps));
        ScheduleGuard.Defined(decay, nameof(decay));
        Guard.InRange(minLrRatio, 0, 1, nameof(minLrRatio));
        _warmupSteps = warmupSteps;
        _stableSteps = stableSteps;
        _decaySteps = decaySteps;
        _decay = decay;
        _minLrRatio = minLrRatio;
        Begin();
    }

    /// <inheritdoc/>
    internal override double Next(in SchedulePoint point)
    {
        if (point.Step < _warmupSteps)
            return point.Initial * (point.Step + 1) / _warmupSteps;
        long decayed = point.Step - _warmupSteps - _stableSteps;
        if (decayed < 0)
            return point.Initial;
        double left = decayed >= _decaySteps ? 0 : Left((double)decayed / _decaySteps);
        return point.Initial * (_minLrRatio + ((1 - _minLrRatio) * left));
    }

    private double Left(double done) => _decay switch
    {
        DecayShape.Cosine => (1 + Math.Cos(Math.PI * done)) / 2,
        DecayShape.OneMinusSqrt => 1 - Math.Sqrt(done),
        _ => 1 - done,
    };
}
