using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace Optimi;

/// <summary>All memory of the process, from address 0, as ILGPU sees it. It owns none of it.</summary>
internal sealed class HostAddressSpace : CPUMemoryBuffer
{
    /// <param name="accelerator">The accelerator that views are to belong to; without one they serve the simulation, which needs none.</param>
    public HostAddressSpace(Accelerator? accelerator)
        : base(accelerator!, AddressSpace.Bytes, sizeof(byte)) =>
        // ILGPU's finalizer would make its context current on the collector's thread, and here there is nothing to free.
        GC.SuppressFinalize(this);

    protected override void DisposeAcceleratorObject(bool disposing)
    {
    }
}
