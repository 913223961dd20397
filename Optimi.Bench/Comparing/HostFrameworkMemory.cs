using System.Runtime.InteropServices;

namespace Optimi.Bench;

/// <summary>Memory of the host, every page of it touched.</summary>
internal sealed unsafe class HostFrameworkMemory : FrameworkMemory
{
    /// <summary>Less than this the C library may have handed out before, with pages of another kind. What is never touched costs nothing.</summary>
    private const long LeastAnew = 64 << 20;

    private const long LargeBytes = 8 << 20;

    private const int Apart = 512;

    private const int FarApart = (128 << 10) + Apart;

    private readonly nint _start;
    private void* _memory;

    /// <summary>Allocates memory, which starts as far apart from that of other places as the library's slabs do.</summary>
    public HostFrameworkMemory(long bytes, PageKind pages, int place)
    {
        nint apart = place * (bytes < LargeBytes ? Apart : FarApart);
        nuint allocated = (nuint)Math.Max(LeastAnew, apart + bytes);
        _memory = NativeMemory.AlignedAlloc(allocated, PageAdvice.HugeLength);
        PageAdvice.Give(_memory, allocated, pages);
        _start = (nint)_memory + apart;
        NativeMemory.Clear((void*)_start, (nuint)bytes);
    }

    public override TensorView View(DType dtype, long offset, int length) => new(_start + (nint)offset, dtype, length);

    public override void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
