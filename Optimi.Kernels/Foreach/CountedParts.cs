using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// A group for as much of a tensor as it folds at once: for CUDA, where one group would sum up a large tensor for as long as all others
/// need to step it. The groups count themselves, and the last one goes on.
/// </summary>
public readonly struct CountedParts : ITensorParts
{
    /// <inheritdoc/>
    public static int BlocksPerPart => TreeSum.BlocksAtOnce;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreDone(ArrayView<int> partsDone, int tensor, int parts)
    {
        if (parts == 1)
            return true;
        ArrayView<int> done = SharedMemory.Allocate<int>(1);
        // What a group has written is there for all others before it counts, and what they have written is read after that.
        MemoryFence.DeviceLevel();
        Group.Barrier();
        if (Group.IdxX == 0)
            done[0] = Atomic.Add(ref partsDone[tensor], 1) + 1;
        Group.Barrier();
        if (done[0] < parts)
            return false;
        MemoryFence.DeviceLevel();
        if (Group.IdxX == 0)
            partsDone[tensor] = 0;
        return true;
    }
}
