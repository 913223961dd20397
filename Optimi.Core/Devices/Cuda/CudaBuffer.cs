using System.Diagnostics.CodeAnalysis;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Optimi;

/// <summary>
/// Memory of a CUDA device as ILGPU sees it. ILGPU's own buffers bind their accelerator when they are collected, and leave its context
/// current on the garbage collector's thread, where other libraries free what is theirs.
/// </summary>
internal sealed class CudaBuffer : MemoryBuffer
{
    private readonly CudaAllocation _memory;

    /// <param name="accelerator">The accelerator that views belong to.</param>
    /// <param name="memory">The memory, which is freed with the buffer.</param>
    /// <param name="length">How many elements.</param>
    /// <param name="elementSize">Bytes of each.</param>
    [SuppressMessage("Usage", "CA1816:Call GC.SuppressFinalize correctly", Justification = "The memory is collected by itself.")]
    public CudaBuffer(CudaAccelerator accelerator, CudaAllocation memory, long length, int elementSize)
        : base(accelerator, length, elementSize)
    {
        _memory = memory;
        NativePtr = memory.Address;
        GC.SuppressFinalize(this);
    }

    protected override void MemSet(AcceleratorStream stream, byte value, in ArrayView<byte> targetView) =>
        CudaMemoryBuffer.CudaMemSet((CudaStream)stream, value, targetView);

    protected override void CopyFrom(
        AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) =>
        CudaMemoryBuffer.CudaCopy((CudaStream)stream, sourceView, targetView);

    protected override void CopyTo(
        AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) =>
        CudaMemoryBuffer.CudaCopy((CudaStream)stream, sourceView, targetView);

    protected override void DisposeAcceleratorObject(bool disposing)
    {
        NativePtr = 0;
        _memory.Dispose();
    }
}
