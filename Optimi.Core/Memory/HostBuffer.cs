using ILGPU.Runtime.CPU;

namespace Optimi;

/// <summary>Memory of the host as ILGPU sees it. As long as someone holds a view of it, the memory and the accelerator stay.</summary>
internal sealed class HostBuffer : CPUMemoryBuffer
{
    private readonly HostAllocation _memory;
    private readonly AcceleratorSource? _source;

    /// <summary>Shows memory to ILGPU.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="length">How many elements.</param>
    /// <param name="elementSize">Bytes of each.</param>
    /// <param name="source">The accelerator that views are to belong to. Without one they serve the simulation, which needs none.</param>
    public unsafe HostBuffer(HostAllocation memory, long length, int elementSize, AcceleratorSource? source = null)
        : base(source?.Accelerator!, length, elementSize)
    {
        _memory = memory;
        _source = source;
        NativePtr = (nint)memory.Start;
    }

    protected override void DisposeAcceleratorObject(bool disposing)
    {
        NativePtr = 0;
        // The fields only hold what views need.
        GC.KeepAlive(_memory);
        GC.KeepAlive(_source);
    }
}
