using System.Runtime.InteropServices;

namespace Optimi.Bench;

/// <summary>Tells Linux which pages memory is to lie on; other systems choose by themselves.</summary>
internal static unsafe partial class PageAdvice
{
    /// <summary>The size of a huge page, and so the alignment that it takes.</summary>
    public const int HugeLength = 2 << 20;

    private const int MadvHugepage = 14;

    private const int MadvNohugepage = 15;

    /// <summary>Asks for pages, before the memory is first touched.</summary>
    public static void Give(void* start, nuint bytes, PageKind pages)
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = Madvise(start, bytes, pages == PageKind.Huge ? MadvHugepage : MadvNohugepage);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library of another name: what the pages are is then the system's choice.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(void* start, nuint length, int advice);
}
