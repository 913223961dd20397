using ILGPU;

namespace Optimi.Kernels;

/// <summary>How the groups share a tensor in the launch between two passes.</summary>
internal interface ITensorParts
{
    /// <summary>
    /// Blocks of <see cref="TreeSum.BlockLength"/> tiles in a part: where a tensor has more of them, it has several parts.
    /// </summary>
    static abstract int BlocksPerPart { get; }

    /// <summary>Counts a part of a tensor as summed up. All threads of the group take part.</summary>
    /// <typeparam name="TGroup">The group.</typeparam>
    /// <param name="partsDone">For each tensor how many of its parts are summed up; 0 before the launch and after it.</param>
    /// <param name="shared">A number that the group shares.</param>
    /// <param name="tensor">The tensor's number.</param>
    /// <param name="parts">How many parts it has.</param>
    /// <returns>Whether it was the last of them: then the group sees what the other groups have written.</returns>
    static abstract bool CountIn<TGroup>(ArrayView<int> partsDone, ArrayView<int> shared, int tensor, int parts)
        where TGroup : IWorkGroup;
}
