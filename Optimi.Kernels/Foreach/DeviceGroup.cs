using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>The group of threads that an ILGPU device runs.</summary>
internal readonly struct DeviceGroup : IWorkGroup
{
    /// <inheritdoc/>
    public static int Thread
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Group.IdxX;
    }

    /// <inheritdoc/>
    public static int Size
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Group.DimX;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Barrier() => Group.Barrier();
}
