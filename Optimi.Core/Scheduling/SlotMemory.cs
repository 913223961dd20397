using ILGPU;

namespace Optimi;

/// <summary>The memory of a slot, whoever owns it.</summary>
/// <param name="View">The memory as ILGPU sees it.</param>
/// <param name="Host">Where it lies on the host; 0 on other devices.</param>
internal readonly record struct SlotMemory(ArrayView<byte> View, nint Host)
{
    /// <summary>A slab, as the kernels of its device see it: the host's loops need no view.</summary>
    public static unsafe SlotMemory Of(Slab slab, KernelShape shape) => shape == KernelShape.Host
        ? new(default, (nint)slab.Host)
        : new(slab.ForKernels, (nint)slab.Host);
}
