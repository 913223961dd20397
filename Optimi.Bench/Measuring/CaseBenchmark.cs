using System.Diagnostics;

namespace Optimi.Bench;

/// <summary>Measures a case: checks the results, then times steps in rounds interleaved with all that they are compared with.</summary>
internal static class CaseBenchmark
{
    /// <summary>A median of fewer says little.</summary>
    private const int MinRounds = 3;

    /// <summary>Shorter samples are at the mercy of whatever else the machine does: several steps make up a sample.</summary>
    private const double MinSampleSeconds = 0.004;

    /// <param name="benchCase">The case.</param>
    /// <param name="device">The device.</param>
    /// <param name="plan">The plan for the device.</param>
    /// <param name="check">Knows the results.</param>
    /// <param name="onRound">Called after each round.</param>
    /// <exception cref="WrongResultException">A result is wrong; nothing was timed.</exception>
    public static BenchResult Run(BenchCase benchCase, ComputeDevice device, BenchPlan plan, ResultCheck check, Action onRound)
    {
        (Scenario scenario, Variant variant) = benchCase;
        IReadOnlyList<int[]> shapes = scenario.Shapes(plan.Parameters);
        // What is compared with a baseline stays where caches leave both.
        using var ring = new WorkloadRing(
            () => new Workload(device, variant, shapes, scenario.Groups, scenario.IsLoop),
            plan.LeavesCaches && scenario.Baseline == Baseline.None && MemoryLimits.IsOfHost(device) ? HostCache.Bytes : null);
        Workload workload = ring.First;
        using Workload? baseline = BaselineOf(scenario, workload, shapes);
        foreach (Workload copy in ring.Workloads)
            check.Run(copy);
        if (baseline is not null)
            check.Run(baseline);
        (int steps, double estimate) = StepTimer.StepsOfSample(device, ring.Step, MinSampleSeconds);
        using IMemoryLimit? limit = MemoryLimits.For(ring, steps);

        var seconds = new List<double>();
        var baselineRatios = new List<double>();
        long started = Stopwatch.GetTimestamp();
        for (int round = 0; round < plan.Rounds && !(round >= MinRounds && Stopwatch.GetElapsedTime(started) > plan.MaxTime); round++)
        {
            seconds.Add(StepTimer.SecondsPerStep(device, ring.Step, steps));
            if (baseline is not null)
                baselineRatios.Add(RatioTo(baseline, workload, seconds[^1], steps));
            limit?.Measure();
            onRound();
        }

        double rate = workload.Length / Samples.Median(seconds);
        double bytes = (double)workload.Length * workload.Traffic.BytesPerParameter;
        return new BenchResult(
            scenario.Name,
            variant.Optimizer.Name,
            variant.Storage.DType,
            variant.Storage.Kahan,
            variant.Storage.States,
            variant.Storage.WeightBits,
            device.Name,
            rate / 1e6,
            rate * workload.Traffic.BytesPerParameter / 1e9,
            limit is null ? null : Samples.Median(seconds.Zip(limit.Rates, (taken, limitRate) => bytes / taken / limitRate)),
            StepTimer.LaunchesPerStep(workload),
            AllocationMeter.BytesPerStep(workload, estimate, plan.AllocationSeconds),
            (double)workload.MemoryBytes / workload.Length,
            Samples.Spread(seconds),
            limit is null ? null : Samples.Median(limit.Rates.Zip(limit.CopyRates, (limitRate, copyRate) => limitRate / copyRate)),
            baseline is null ? null : Samples.Median(baselineRatios),
            workload.Length,
            workload.MemoryPlan);
    }

    private static Workload? BaselineOf(Scenario scenario, Workload workload, IReadOnlyList<int[]> shapes) => scenario.Baseline switch
    {
        Baseline.OneTensor => new Workload(workload.Device, workload.Variant, [[(int)workload.Length]], scenario.Groups),
        Baseline.OneGroup => new Workload(workload.Device, workload.Variant, shapes, 1),
        _ => null,
    };

    /// <summary>The workload before and after the baseline, and that twice, so that a machine that slows down meanwhile slows
    /// both.</summary>
    private static double RatioTo(Workload baseline, Workload workload, double before, int steps)
    {
        ComputeDevice device = workload.Device;
        double between = StepTimer.SecondsPerStep(device, baseline.Step, steps) + StepTimer.SecondsPerStep(device, baseline.Step, steps);
        return (before + StepTimer.SecondsPerStep(device, workload.Step, steps)) / between;
    }
}
