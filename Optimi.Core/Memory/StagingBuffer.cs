using System.Runtime.CompilerServices;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace Optimi;

/// <summary>
/// The caller's host memory as copies see it. It belongs to no accelerator: ILGPU would bind its own for the host to dispose of it, and
/// CUDA's context would no longer be current.
/// </summary>
internal sealed class StagingBuffer : CPUMemoryBuffer
{
    /// <param name="pointer">Where the memory is. It must stay there.</param>
    /// <param name="length">How many elements are copied: ILGPU's OpenCL copies all of them, whatever the view.</param>
    /// <param name="elementSize">Bytes of each.</param>
    public StagingBuffer(nint pointer, long length, int elementSize)
        : base(null!, length, elementSize) => NativePtr = pointer;

    /// <summary>Says how many elements, from the first on, the next copy takes.</summary>
    public void Limit(long length) => SetLength(this, length);

    protected override void DisposeAcceleratorObject(bool disposing) => NativePtr = 0;

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_Length")]
    private static extern void SetLength(MemoryBuffer buffer, long length);
}
