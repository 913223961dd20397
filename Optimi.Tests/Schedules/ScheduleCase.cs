namespace Optimi.Tests;

/// <summary>A schedule as a row of test data. Adding a kind to the library adds a row here.</summary>
/// <param name="Name">What the row is called in test names.</param>
/// <param name="Create">Makes it, of the target.</param>
internal sealed record ScheduleCase(string Name, Func<Optimizer, ScheduleTarget?, LRScheduler> Create)
{
    /// <summary>All kinds that are stepped without a metric; none has an end within 200 steps.</summary>
    public static IReadOnlyList<ScheduleCase> All { get; } =
    [
        new("StepLR", (optimizer, target) => new StepLR(optimizer, stepSize: 30, gamma: 0.5, target)),
        new("MultiStepLR", (optimizer, target) => new MultiStepLR(optimizer, [20, 70, 150], gamma: 0.3, target)),
        new("ExponentialLR", (optimizer, target) => new ExponentialLR(optimizer, gamma: 0.98, target)),
        new("LinearLR", (optimizer, target) => new LinearLR(optimizer, startFactor: 0.1, endFactor: 1, totalIters: 40, target)),
        new("ConstantLR", (optimizer, target) => new ConstantLR(optimizer, factor: 0.25, totalIters: 15, target)),
        new("PolynomialLR", (optimizer, target) => new PolynomialLR(optimizer, totalIters: 150, power: 2, target)),
        new("CosineAnnealingLR", (optimizer, target) => new CosineAnnealingLR(optimizer, tMax: 120, etaMin: 0.001, target)),
        new(
            "CosineAnnealingWarmRestarts",
            (optimizer, target) => new CosineAnnealingWarmRestarts(optimizer, t0: 20, tMult: 2, etaMin: 0.002, target)),
        new(
            "OneCycleLR",
            (optimizer, target) => new OneCycleLR(optimizer, maxLr: 0.5, totalSteps: 200, cycleMomentum: false, target: target)),
        new(
            "OneCycleLR_linear_three_phase",
            (optimizer, target) => new OneCycleLR(
                optimizer,
                maxLr: 0.5,
                totalSteps: 200,
                pctStart: 0.25,
                AnnealStrategy.Linear,
                cycleMomentum: false,
                divFactor: 10,
                finalDivFactor: 100,
                threePhase: true,
                target: target)),
        new("LambdaLR", (optimizer, target) => new LambdaLR(optimizer, epoch => Math.Pow(0.95, epoch), target)),
        new(
            "SequentialLR",
            (optimizer, target) => new SequentialLR(
                optimizer,
                [new LinearLR(optimizer, 0.1, 1, 20, target), new CosineAnnealingLR(optimizer, 180, target: target)],
                milestones: [20])),
        new(
            "ChainedScheduler",
            (optimizer, target) => new ChainedScheduler(
                new ConstantLR(optimizer, 0.1, 20, target), new ExponentialLR(optimizer, 0.97, target))),
        new("MultiplicativeLR", (optimizer, target) => new MultiplicativeLR(optimizer, step => step % 3 == 0 ? 0.9 : 0.99, target)),
        new(
            "CyclicLR",
            (optimizer, target) => new CyclicLR(
                optimizer, baseLr: 0.01, maxLr: 0.1, stepSizeUp: 7, stepSizeDown: 12, CyclicMode.ExpRange, gamma: 0.99, cycleMomentum: false,
                target: target)),
        new(
            "WarmupStableDecayLR",
            (optimizer, target) => new WarmupStableDecayLR(optimizer, 10, 30, 50, DecayShape.OneMinusSqrt, minLrRatio: 0.1, target)),
        new(
            "sequence of a sequence and a chain",
            (optimizer, target) => new SequentialLR(
                optimizer,
                [
                    new SequentialLR(
                        optimizer,
                        [new ConstantLR(optimizer, 0.5, 3, target), new ExponentialLR(optimizer, 0.9, target)],
                        milestones: [5]),
                    new ChainedScheduler(new LinearLR(optimizer, 0.2, 1, 9, target), new StepLR(optimizer, 4, 0.5, target)),
                ],
                milestones: [12])),
    ];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
