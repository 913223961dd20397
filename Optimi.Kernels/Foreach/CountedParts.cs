using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// A group for as much of a tensor as it folds at once: for CUDA, where one group alone would take as long to sum up a large tensor as
/// all groups together take to step it. They count themselves, and the last one goes on.
/// </summary>
internal readonly struct CountedParts : ITensorParts
{
    /// <inheritdoc/>
    public static int BlocksPerPart => TreeSum.BlocksAtOnce;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CountIn<TGroup>(ArrayView<int> partsDone, ArrayView<int> shared, int tensor, int parts)
        where TGroup : IWorkGroup
    {
        if (parts == 1)
            return true;
        TGroup.Barrier();
        if (TGroup.Thread == 0)
        {
            // What this group has written comes before the count, and what the others have written is read after it.
            MemoryFence.DeviceLevel();
            shared[0] = Atomic.Add(ref partsDone[tensor], 1) + 1;
            MemoryFence.DeviceLevel();
        }

        TGroup.Barrier();
        bool isLast = shared[0] == parts;
        if (isLast && TGroup.Thread == 0)
            partsDone[tensor] = 0;
        return isLast;
    }
}
