using System.Runtime.InteropServices;

namespace Optimi.Tests;

/// <summary>A page of memory between two that may not be touched: whoever reads or writes beyond it ends the process.</summary>
internal sealed unsafe partial class GuardedPage : IDisposable
{
    /// <summary>Bytes that may be touched: a page, or several where the system's are smaller.</summary>
    public const int Bytes = 1 << 16;

    private const int ReadAndWrite = 3;

    private const int NoAccess = 0;

    private const int PrivateAnonymous = 0x22;

    private readonly nint _start;

    public GuardedPage()
    {
        _start = Map(0, 3 * Bytes, NoAccess, PrivateAnonymous, -1, 0);
        Assert.That(_start, Is.Not.EqualTo(-1));
        Assert.That(Protect(_start + Bytes, Bytes, ReadAndWrite), Is.Zero);
    }

    /// <summary>Numbers that end where the page does.</summary>
    public TensorMemory AtEnd(DType dtype, int length) => new(_start + (2 * Bytes) - (length * dtype.Bytes()), dtype, length);

    /// <summary>Numbers that begin where the page does.</summary>
    public TensorMemory AtBegin(DType dtype, int length) => new(_start + Bytes, dtype, length);

    public void Dispose() => _ = Unmap(_start, 3 * Bytes);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nint bytes, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nint bytes);
}
