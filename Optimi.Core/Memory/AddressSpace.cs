using ILGPU.Runtime;

namespace Optimi;

/// <summary>All memory that a device can address, as one buffer: a piece of memory that somebody else owns is a view of it.</summary>
internal static class AddressSpace
{
    /// <summary>More than any device has.</summary>
    public const long Bytes = 1L << 62;

    /// <summary>The memory that the kernels of a device see.</summary>
    public static MemoryBuffer Of(ComputeDevice device) =>
        device.Kind == DeviceKind.Cuda ? new CudaAddressSpace(device.Ilgpu.Accelerator) : new HostAddressSpace(null);
}
