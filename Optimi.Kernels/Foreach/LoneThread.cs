namespace Optimi.Kernels;

/// <summary>
/// A group of one thread: what the simulation runs where a group works together, since a barrier between hundreds of threads of the
/// operating system takes it longer than all else.
/// </summary>
internal readonly struct LoneThread : IWorkGroup
{
    /// <inheritdoc/>
    public static int Thread => 0;

    /// <inheritdoc/>
    public static int Size => 1;

    /// <inheritdoc/>
    public static void Barrier()
    {
    }
}
