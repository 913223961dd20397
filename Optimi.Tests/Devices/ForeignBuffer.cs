using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Optimi.Tests;

/// <summary>Memory that another library has allocated on a CUDA device, as ILGPU sees it.</summary>
internal sealed class ForeignBuffer : MemoryBuffer
{
    public ForeignBuffer(Accelerator accelerator, nint address, long length)
        : base(accelerator, length, sizeof(float)) => NativePtr = address;

    protected override void MemSet(AcceleratorStream stream, byte value, in ArrayView<byte> targetView) =>
        CudaMemoryBuffer.CudaMemSet((CudaStream)stream, value, targetView);

    protected override void CopyFrom(
        AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) =>
        CudaMemoryBuffer.CudaCopy((CudaStream)stream, sourceView, targetView);

    protected override void CopyTo(
        AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) =>
        CudaMemoryBuffer.CudaCopy((CudaStream)stream, sourceView, targetView);

    protected override void DisposeAcceleratorObject(bool disposing) => NativePtr = 0;
}
