using System.Diagnostics;

namespace Optimi.Bench;

/// <summary>Compares ways of stepping with their baseline: checks the results of both, then times both in turn.</summary>
internal static class ComparedBenchmark
{
    private const double Microsecond = 1e-6;

    /// <summary>A median of fewer says little.</summary>
    private const int MinRounds = 3;

    /// <summary>Shorter samples are at the mercy of whatever else the machine does.</summary>
    private const double MinSampleSeconds = 0.01;

    /// <summary>The JIT compiles anew what was called often, in two rounds, each a tenth of a second after it was last busy.</summary>
    private const int JitRounds = 2;

    private static readonly TimeSpan _jitDelay = TimeSpan.FromSeconds(0.15);

    /// <param name="comparedCase">The case.</param>
    /// <param name="device">The device.</param>
    /// <param name="plan">The plan for the device.</param>
    /// <param name="check">Knows the results.</param>
    /// <param name="onRound">Called after each round.</param>
    /// <exception cref="WrongResultException">A result is wrong; that way was not timed.</exception>
    public static IEnumerable<ComparedResult> Run(
        ComparedCase comparedCase, ComputeDevice device, BenchPlan plan, ResultCheck check, Action onRound)
    {
        (ComparedScenario scenario, Variant variant) = comparedCase;
        using IWorkload baseline = scenario.Baseline(device, variant, plan.Parameters);
        check.Run(baseline);
        WarmUp(baseline, plan);
        foreach (NamedWay named in scenario.Ways(device))
        {
            using IWorkload way = named.Create(device, variant, plan.Parameters);
            check.Run(way);
            WarmUp(way, plan);
            yield return Measure(scenario, named.Name, way, baseline, plan, onRound);
        }
    }

    private static ComparedResult Measure(
        ComparedScenario scenario, string name, IWorkload way, IWorkload baseline, BenchPlan plan, Action onRound)
    {
        ComputeDevice device = way.Device;
        Action<int> step = StepOf(way, scenario);
        Action<int> baselineStep = StepOf(baseline, scenario);
        (int steps, double estimate) = StepTimer.StepsOfSample(device, step, MinSampleSeconds);
        var seconds = new List<double>();
        var baselineSeconds = new List<double>();
        long started = Stopwatch.GetTimestamp();
        for (int round = 0; round < plan.Rounds && !(round >= MinRounds && Stopwatch.GetElapsedTime(started) > plan.MaxTime); round++)
        {
            // The way before and after the baseline, so that a machine that slows down meanwhile slows both.
            double before = StepTimer.SecondsPerStep(device, step, steps);
            baselineSeconds.Add(
                (StepTimer.SecondsPerStep(device, baselineStep, steps) + StepTimer.SecondsPerStep(device, baselineStep, steps)) / 2);
            seconds.Add((before + StepTimer.SecondsPerStep(device, step, steps)) / 2);
            onRound();
        }

        int calls = way.CallsPerStep;
        double[] ratios = [.. seconds.Zip(baselineSeconds, (own, other) => own / other)];
        Variant variant = way.Variant;
        return new ComparedResult(
            scenario.Name,
            name,
            variant.Optimizer.Name,
            variant.Storage.DType,
            variant.Storage.Kahan,
            variant.Storage.States,
            variant.Storage.WeightBits,
            device.Name,
            Samples.Median(seconds) / Microsecond,
            Samples.Median(baselineSeconds) / Microsecond,
            Samples.Median(ratios),
            Samples.Spread(ratios),
            calls,
            Samples.Median(seconds) / calls / Microsecond,
            calls == 1 ? null : Samples.Median(seconds.Zip(baselineSeconds, (own, other) => own - other)) / calls / Microsecond,
            StepTimer.LaunchesPerStep(way),
            AllocationMeter.BytesPerStep(way, estimate, plan.AllocationSeconds),
            way.Groups.Sum(group => group.Parameters.Count),
            way.Groups.Sum(group => group.Parameters.Sum(parameter => parameter.Length)));
    }

    private static Action<int> StepOf(IWorkload workload, ComparedScenario scenario)
    {
        if (!scenario.WaitsForEachStep)
            return workload.Step;
        return times =>
        {
            for (int i = 0; i < times; i++)
                workload.Step(1);
        };
    }

    /// <summary>Of rounds so few that they say nothing the first need not wait for the JIT.</summary>
    private static void WarmUp(IWorkload workload, BenchPlan plan)
    {
        if (plan.Rounds < MinRounds)
            return;
        for (int round = 0; round < JitRounds; round++)
        {
            long started = Stopwatch.GetTimestamp();
            do
                workload.Step(1);
            while (Stopwatch.GetElapsedTime(started) < plan.WarmUp);
            if (plan.WarmUp > TimeSpan.Zero)
                Thread.Sleep(_jitDelay);
        }
    }
}
