namespace Optimi.Bench;

/// <summary>The learning-rate schedules that <c>train</c> offers. The optimizer's rate is their peak.</summary>
internal static class TrainingSchedules
{
    public const string Usual = "cosine";

    private const double WarmUpShare = 0.05;

    private const double DecayShare = 0.2;

    /// <summary>What falls, falls to this share of its peak.</summary>
    private const double FinalLrShare = 0.01;

    /// <summary>Each makes a schedule for so many steps.</summary>
    public static IReadOnlyDictionary<string, Func<Optimizer, int, LRScheduler>> All { get; } =
        new Dictionary<string, Func<Optimizer, int, LRScheduler>>
        {
            ["constant"] = (optimizer, _) => new LambdaLR(optimizer, _ => 1),
            [Usual] = (optimizer, steps) => WarmedUp(
                optimizer, steps, (lr, left) => new CosineAnnealingLR(optimizer, left, etaMin: FinalLrShare * lr)),
            ["linear"] = (optimizer, steps) => WarmedUp(
                optimizer, steps, (_, left) => new LinearLR(optimizer, startFactor: 1, endFactor: FinalLrShare, totalIters: left)),
            ["onecycle"] = (optimizer, steps) => new OneCycleLR(optimizer, maxLr: optimizer.Lr, totalSteps: steps),
            ["wsd"] = (optimizer, steps) => WarmupStableDecay(optimizer, steps),
        };

    private static WarmupStableDecayLR WarmupStableDecay(Optimizer optimizer, int steps)
    {
        int warmUp = WarmUpSteps(steps);
        int decay = Math.Min((int)(steps * DecayShare), steps - warmUp);
        return new WarmupStableDecayLR(
            optimizer, warmUp, steps - warmUp - decay, decay, DecayShape.OneMinusSqrt, minLrRatio: FinalLrShare);
    }

    /// <summary>A linear warm-up, whose last step has the whole rate, and another schedule from there to the last step.</summary>
    private static LRScheduler WarmedUp(Optimizer optimizer, int steps, Func<double, int, LRScheduler> then)
    {
        double lr = optimizer.Lr;
        int warmUp = WarmUpSteps(steps);
        int left = Math.Max(1, steps - warmUp);
        if (warmUp == 1)
            return then(lr, left);
        var rise = new LinearLR(optimizer, startFactor: 1.0 / warmUp, totalIters: warmUp - 1);
        return new SequentialLR(optimizer, [rise, then(lr, left)], milestones: [warmUp - 1]);
    }

    private static int WarmUpSteps(int steps) => Math.Max(1, (int)(steps * WarmUpShare));
}
