using System.Runtime.InteropServices;

namespace Optimi.Bench;

/// <summary>Host memory of our own, every page of it touched.</summary>
internal sealed unsafe class HostMemory : IDisposable
{
    private const int Alignment = 4096;

    private void* _memory;

    public HostMemory(long bytes)
    {
        Bytes = bytes;
        _memory = NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
        // Pages that were only cleared may all be the same one.
        NativeMemory.Fill(_memory, (nuint)bytes, 1);
    }

    public long Bytes { get; }

    public nint Address => (nint)_memory;

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
