using System.Runtime.InteropServices;

namespace Optimi.Bench;

/// <summary>Host memory of our own, every page of it touched.</summary>
internal sealed unsafe class HostMemory : IDisposable
{
    private const int Alignment = 4096;

    /// <summary>What memory that is walked side by side starts apart within a page, as the engine's slabs do.</summary>
    private const int Apart = 512;

    private void* _memory;

    /// <summary>Allocates memory.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="place">Its number among what is walked side by side.</param>
    public HostMemory(long bytes, int place = 0)
    {
        Bytes = bytes;
        nuint start = (nuint)(place * Apart);
        nuint allocated = start + (nuint)bytes;
        _memory = NativeMemory.AlignedAlloc(allocated, Alignment);
        // Pages that were only cleared may all be the same one.
        NativeMemory.Fill(_memory, allocated, 1);
        Address = (nint)_memory + (nint)start;
    }

    public long Bytes { get; }

    public nint Address { get; }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
