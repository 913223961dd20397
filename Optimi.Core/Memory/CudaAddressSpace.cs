using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Optimi;

/// <summary>All memory that a CUDA device can address, from address 0, as ILGPU sees it. It owns none of it.</summary>
internal sealed class CudaAddressSpace : MemoryBuffer
{
    public CudaAddressSpace(Accelerator accelerator)
        : base(accelerator, AddressSpace.Bytes, sizeof(byte)) =>
        // ILGPU's finalizer would make its context current on the collector's thread, and here there is nothing to free.
        GC.SuppressFinalize(this);

    protected override void MemSet(AcceleratorStream stream, byte value, in ArrayView<byte> targetView) =>
        CudaMemoryBuffer.CudaMemSet((CudaStream)stream, value, targetView);

    protected override void CopyFrom(AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) =>
        CudaMemoryBuffer.CudaCopy((CudaStream)stream, sourceView, targetView);

    protected override void CopyTo(AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) =>
        CudaMemoryBuffer.CudaCopy((CudaStream)stream, sourceView, targetView);

    protected override void DisposeAcceleratorObject(bool disposing)
    {
    }
}
