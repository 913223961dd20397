namespace Optimi.Kernels;

/// <summary>What a thread keeps between the exchanges of a warp that steps a tile with states in groups.</summary>
internal struct CompressedThread
{
    /// <summary>The words of every slot; states that are stored in groups are decoded.</summary>
    public Slabs<QuadWords> Words;

    /// <summary>What the second moments of the thread's group have in common.</summary>
    public Pair16Seconds<ScalarLane> Seconds;
}
