using ILGPU.Runtime.CPU;

namespace Optimi;

/// <summary>Memory of the host as ILGPU sees it. As long as someone holds a view of it, the memory and the accelerator stay.</summary>
internal sealed class HostBuffer : CPUMemoryBuffer
{
    private readonly AcceleratorSource _source;
    private readonly HostAllocation _memory;

    public unsafe HostBuffer(AcceleratorSource source, HostAllocation memory, long bytes)
        : base(source.Accelerator, bytes, sizeof(byte))
    {
        _source = source;
        _memory = memory;
        NativePtr = (nint)memory.Start;
    }

    protected override void DisposeAcceleratorObject(bool disposing)
    {
        GC.KeepAlive(_source);
        GC.KeepAlive(_memory);
    }
}
