namespace Optimi.Bench;

/// <summary>
/// Copies of a workload that are stepped in turn, so many that no cache of the host holds them: each step finds its memory as cold as
/// a training's forward and backward pass leave it.
/// </summary>
internal sealed class WorkloadRing : IDisposable
{
    /// <summary>What is this much larger than a cache passes through it.</summary>
    private const int BeyondCache = 2;

    private const int MostCopies = 16;

    private int _next;

    /// <summary>Makes the copies.</summary>
    /// <param name="create">Makes one.</param>
    /// <param name="cacheBytes">The cache that they are to exceed; null or 0 for none.</param>
    public WorkloadRing(Func<Workload> create, long? cacheBytes)
    {
        Workload first = create();
        int copies = CopiesBeyond(cacheBytes ?? 0, first.MemoryBytes);
        Workloads = [first, .. Enumerable.Range(1, copies - 1).Select(_ => create())];
    }

    /// <summary>The copies.</summary>
    public IReadOnlyList<Workload> Workloads { get; }

    /// <summary>One of them.</summary>
    public Workload First => Workloads[0];

    /// <summary>How many copies exceed a cache; one where it would take more than a few, as of tensors that are meant to be small.</summary>
    /// <param name="cacheBytes">The size of the cache.</param>
    /// <param name="bytes">The size of a copy.</param>
    public static int CopiesBeyond(long cacheBytes, long bytes)
    {
        long copies = ((BeyondCache * cacheBytes) + bytes - 1) / bytes;
        return copies is > 1 and <= MostCopies ? (int)copies : 1;
    }

    /// <summary>Steps a number of times, each time the next copy, and waits for the last.</summary>
    public void Step(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Workloads[_next].Optimizer.Step();
            _next = (_next + 1) % Workloads.Count;
        }

        First.Device.Synchronize();
    }

    public void Dispose()
    {
        foreach (Workload workload in Workloads)
            workload.Dispose();
    }
}
