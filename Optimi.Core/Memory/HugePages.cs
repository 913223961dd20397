using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>
/// Asks the system to put large pieces of host memory on huge pages, which spares most of the look-ups of addresses. Linux only;
/// where it does not work nothing is lost.
/// </summary>
internal static partial class HugePages
{
    /// <summary>The size of a huge page, and so the alignment that it takes.</summary>
    public const int Length = 1 << 21;

    private const int MadvHugepage = 14;

    /// <summary>Whether memory is large enough to be worth it.</summary>
    public static bool AreWorthwhile(long bytes) => OperatingSystem.IsLinux() && bytes >= 2 * Length;

    /// <summary>Asks for huge pages, before the memory is first touched.</summary>
    /// <param name="start">Where it begins, aligned to <see cref="Length"/>.</param>
    /// <param name="bytes">How much it is.</param>
    public static unsafe void Advise(void* start, long bytes)
    {
        try
        {
            _ = Madvise(start, (nuint)bytes, MadvHugepage);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library of another name: ordinary pages do as well.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static unsafe partial int Madvise(void* start, nuint length, int advice);
}
