namespace Optimi.Kernels;

/// <summary>The threads that run the part of a kernel in which a group works together.</summary>
internal interface IWorkGroup
{
    /// <summary>The number of this thread in its group.</summary>
    static abstract int Thread { get; }

    /// <summary>How many threads there are.</summary>
    static abstract int Size { get; }

    /// <summary>Waits for all threads of the group.</summary>
    static abstract void Barrier();
}
