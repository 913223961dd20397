namespace Optimi.Tests;

/// <summary>How much a piece of work allocates.</summary>
internal static class Allocations
{
    private const int Batches = 20;

    /// <summary>
    /// The least bytes of several runs, after one that does not count. Of all threads, so that no helper is missed; the test
    /// runner's own allocate now and then, but not all the time.
    /// </summary>
    public static long Of(Action work)
    {
        work();
        long least = long.MaxValue;
        for (int batch = 0; batch < Batches && least > 0; batch++)
        {
            long before = GC.GetTotalAllocatedBytes(true);
            work();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(true) - before);
        }

        return least;
    }
}
