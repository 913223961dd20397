using ILGPU;

namespace Optimi.Kernels;

/// <summary>How the groups share a tensor in the launch between two passes.</summary>
public interface ITensorParts
{
    /// <summary>
    /// Blocks of <see cref="TreeSum.BlockLength"/> tiles in a part: where a tensor has more of them, it has several parts.
    /// </summary>
    static abstract int BlocksPerPart { get; }

    /// <summary>
    /// Whether all parts of a tensor are there, this group's the last of them: true for one group of each tensor, which then sees what
    /// the others have written. All threads of the group take part.
    /// </summary>
    /// <param name="partsDone">For each tensor how many of its parts are there; 0 before the launch and after it.</param>
    /// <param name="tensor">The tensor's number.</param>
    /// <param name="parts">How many parts it has.</param>
    static abstract bool AreDone(ArrayView<int> partsDone, int tensor, int parts);
}
