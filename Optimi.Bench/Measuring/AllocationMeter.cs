using System.Diagnostics;

namespace Optimi.Bench;

/// <summary>What a step allocates on the managed heap.</summary>
internal static class AllocationMeter
{
    private const int MaxSteps = 1000;

    private const int Batches = 3;

    /// <summary>
    /// Bytes per step, over as many steps as fit in some seconds. The least of a few batches: what a step allocates is in all of
    /// them, while the runtime's own threads allocate in one or the other.
    /// </summary>
    /// <param name="workload">What steps; warmed up.</param>
    /// <param name="secondsPerStep">About how long a step takes.</param>
    /// <param name="seconds">How long this may take.</param>
    public static double BytesPerStep(IWorkload workload, double secondsPerStep, double seconds)
    {
        int steps = (int)Math.Clamp(seconds / Batches / secondsPerStep, 1, MaxSteps);
        long least = long.MaxValue;
        for (int batch = 0; batch < Batches; batch++)
        {
            long before = GC.GetTotalAllocatedBytes(true);
            workload.Step(steps);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(true) - before);
        }

        Debug.Assert(least >= 0, "The count only grows.");
        return (double)least / steps;
    }
}
