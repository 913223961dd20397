using System.Diagnostics;

namespace Optimi.Tests;

/// <summary>How much a piece of work allocates.</summary>
internal static class Allocations
{
    private const int Batches = 20;

    /// <summary>Longer than the test runner takes to report what thousands of tests before have said.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The least bytes of several runs, after one that does not count. Of all threads, so that no helper is missed. The test runner's
    /// own allocate too while they report earlier tests, so that runs are repeated until one is free of that, or is seen not to be.
    /// </summary>
    public static long Of(Action work)
    {
        work();
        long least = long.MaxValue;
        var elapsed = Stopwatch.StartNew();
        for (int batch = 0; least > 0 && (batch < Batches || elapsed.Elapsed < _patience); batch++)
        {
            // Other threads get on with theirs.
            if (batch >= Batches)
                Thread.Sleep(1);
            long before = GC.GetTotalAllocatedBytes(true);
            work();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(true) - before);
        }

        return least;
    }
}
