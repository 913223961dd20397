using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// A group for as much of a tensor as it folds at once: for CUDA, where one group alone would take as long to sum up a large tensor as
/// all groups together take to step it. They count themselves, and the last one goes on.
/// </summary>
public readonly struct CountedParts : ITensorParts
{
    /// <inheritdoc/>
    public static int BlocksPerPart => TreeSum.BlocksAtOnce;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CountIn(ArrayView<int> partsDone, int tensor, int parts)
    {
        if (parts == 1)
            return true;
        ArrayView<int> done = SharedMemory.Allocate<int>(1);
        Group.Barrier();
        if (Group.IdxX == 0)
        {
            // What this group has written comes before the count, and what the others have written is read after it.
            MemoryFence.DeviceLevel();
            done[0] = Atomic.Add(ref partsDone[tensor], 1) + 1;
            MemoryFence.DeviceLevel();
        }

        Group.Barrier();
        bool isLast = done[0] == parts;
        if (isLast && Group.IdxX == 0)
            partsDone[tensor] = 0;
        return isLast;
    }
}
