using System.Diagnostics;

namespace Optimi.Bench;

/// <summary>Times steps.</summary>
internal static class StepTimer
{
    /// <summary>A step goes before those that are timed, so that caches hold for all what they held before. (In the simulation, which
    /// takes its time, they do not matter.)</summary>
    /// <param name="device">The device.</param>
    /// <param name="step">Steps a number of times and waits.</param>
    /// <param name="steps">How many steps are timed.</param>
    public static double SecondsPerStep(ComputeDevice device, Action<int> step, int steps)
    {
        if (device.Kind != DeviceKind.Simulated)
            step(1);
        long start = Stopwatch.GetTimestamp();
        step(steps);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / steps;
    }

    /// <summary>How many steps make up a sample of some length.</summary>
    /// <param name="device">The device; the simulation is hundreds of times slower, and gets one.</param>
    /// <param name="step">Steps a number of times and waits.</param>
    /// <param name="seconds">How long a sample is at least.</param>
    /// <returns>The steps, and about how long one takes.</returns>
    public static (int Steps, double SecondsPerStep) StepsOfSample(ComputeDevice device, Action<int> step, double seconds)
    {
        const int WarmUps = 3;
        double estimate = Samples.Median(Enumerable.Range(0, WarmUps).Select(_ => SecondsPerStep(device, step, 1)));
        return (device.Kind == DeviceKind.Simulated ? 1 : (int)Math.Max(1, Math.Ceiling(seconds / estimate)), estimate);
    }

    /// <summary>Launches of one step.</summary>
    public static long LaunchesPerStep(IWorkload workload)
    {
        long before = workload.Device.Launches;
        workload.Step(1);
        return workload.Device.Launches - before;
    }
}
