using System.Runtime.InteropServices;

namespace Optimi.Bench;

/// <summary>Host memory of our own, every page of it touched.</summary>
internal sealed unsafe class HostMemory : IDisposable
{
    private const int Alignment = 4096;

    private const int MaxPlaces = 12;

    private const int LargeBytes = 8 << 20;

    private const int Apart = 512;

    private const int FarApart = (128 << 10) + Apart;

    private void* _memory;

    /// <summary>Allocates memory.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="place">Its number among what is walked side by side, fewer than 12. It starts as far apart from the others as
    /// the engine's slabs do.</param>
    public HostMemory(long bytes, int place = 0)
    {
        Bytes = bytes;
        int apart = bytes < LargeBytes ? Apart : FarApart;
        nuint start = (nuint)(place * apart);
        nuint allocated = (nuint)(bytes + (MaxPlaces * apart));
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
