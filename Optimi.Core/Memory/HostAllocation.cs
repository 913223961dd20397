using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Optimi;

/// <summary>
/// Aligned memory of the host. It is freed when it is disposed of, or when nobody refers to it any more, and the garbage collector knows
/// how much it is.
/// </summary>
internal sealed unsafe class HostAllocation : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int PageLength = 4096;

    private static long _liveBytes;

    private readonly long _bytes;
    private readonly Total? _held;

    /// <summary>Allocates memory, which may hold anything.</summary>
    /// <param name="bytes">How much: at least 1.</param>
    /// <param name="held">What it is counted in until it is freed; null for nothing.</param>
    /// <exception cref="OutOfMemoryException">The system has not got it.</exception>
    public HostAllocation(long bytes, Total? held = null)
        : base(ownsHandle: true)
    {
        bool isLarge = HugePages.AreWorthwhile(bytes);
        SetHandle((nint)NativeMemory.AlignedAlloc((nuint)bytes, (nuint)(isLarge ? HugePages.Length : PageLength)));
        _bytes = bytes;
        if (isLarge)
            HugePages.Advise(Start, bytes);
        GC.AddMemoryPressure(bytes);
        Interlocked.Add(ref _liveBytes, bytes);
        _held = held;
        _held?.Add(bytes);
    }

    /// <summary>Bytes in the whole process that are not freed yet.</summary>
    public static long LiveBytes => Volatile.Read(ref _liveBytes);

    /// <summary>Where it begins.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed of.</exception>
    public byte* Start
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (byte*)handle;
        }
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        GC.RemoveMemoryPressure(_bytes);
        Interlocked.Add(ref _liveBytes, -_bytes);
        _held?.Add(-_bytes);
        return true;
    }
}
