using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace Optimi;

/// <summary>All memory of the process, from address 0, as ILGPU sees it. It owns none of it.</summary>
/// <param name="accelerator">The accelerator that views are to belong to; without one they serve the simulation, which needs none.</param>
internal sealed class HostAddressSpace(Accelerator? accelerator) : CPUMemoryBuffer(accelerator!, AddressSpace.Bytes, sizeof(byte))
{
    protected override void DisposeAcceleratorObject(bool disposing)
    {
    }
}
