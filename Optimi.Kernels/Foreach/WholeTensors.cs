using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// A group for each tensor: for devices whose groups cannot be relied on to see what others write in the same launch, and for
/// processors, on which one core sums up the tiles of a tensor in little of the time that all cores need to step them.
/// </summary>
internal readonly struct WholeTensors : ITensorParts
{
    /// <inheritdoc/>
    public static int BlocksPerPart => int.MaxValue;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CountIn<TGroup>(ArrayView<int> partsDone, ArrayView<int> shared, int tensor, int parts)
        where TGroup : IWorkGroup => true;
}
