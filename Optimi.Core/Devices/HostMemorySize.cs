using System.Globalization;
using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>
/// How much memory the host has for this process, whoever manages it: the machine's, or what a Linux container may have of it. (The
/// garbage collector's limit is that of managed objects, which parameters are not.)
/// </summary>
internal static partial class HostMemorySize
{
    /// <summary>Bytes.</summary>
    public static long Bytes { get; } = Read();

    /// <summary>Reads it from the files by which Linux says so; null if they do not.</summary>
    /// <param name="root">Where the file system begins.</param>
    public static long? OfLinux(string root)
    {
        if (Machine(root) is not long machine)
            return null;
        return Limits(root).Append(machine).Min();
    }

    private static long Read()
    {
        try
        {
            if (OperatingSystem.IsLinux() && OfLinux("/") is long bytes)
                return bytes;
            var status = new MemoryStatus { Length = (uint)Marshal.SizeOf<MemoryStatus>() };
            if (OperatingSystem.IsWindows() && GlobalMemoryStatusEx(ref status))
                return (long)status.TotalPhysical;
            nint length = sizeof(long);
            if (OperatingSystem.IsMacOS() && SysctlByName("hw.memsize", out long size, ref length, 0, 0) == 0)
                return size;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // A system of another kind: what the runtime says is the best there is.
        }

        return GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
    }

    private static long? Machine(string root)
    {
        foreach (string line in Lines(Path.Combine(root, "proc/meminfo")))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["MemTotal:", var kibibytes, "kB"])
                return Number(kibibytes) * 1024;
        }

        return null;
    }

    /// <summary>The limits of the process' control groups and of those around them, of either version.</summary>
    private static IEnumerable<long> Limits(string root)
    {
        foreach (string line in Lines(Path.Combine(root, "proc/self/cgroup")))
        {
            if (line.Split(':', 3) is not [_, var controllers, var group])
                continue;
            if (controllers != "" && !controllers.Split(',').Contains("memory"))
                continue;
            string top = Path.Combine(root, controllers == "" ? "sys/fs/cgroup" : "sys/fs/cgroup/memory");
            string file = controllers == "" ? "memory.max" : "memory.limit_in_bytes";
            for (string? at = group.Trim('/'); at is not null; at = at == "" ? null : Path.GetDirectoryName(at))
            {
                if (Lines(Path.Combine(top, at, file)).FirstOrDefault() is string limit && Number(limit) is long bytes)
                    yield return bytes;
            }
        }
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What a process may not read, it has to do without.
            return [];
        }
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GlobalMemoryStatusEx(ref MemoryStatus status);

    [LibraryImport("libc", EntryPoint = "sysctlbyname", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SysctlByName(string name, out long value, ref nint length, nint newValue, nint newLength);

    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryStatus
    {
        public uint Length;
        public uint Load;
        public ulong TotalPhysical;
        public ulong AvailablePhysical;
        public ulong TotalPageFile;
        public ulong AvailablePageFile;
        public ulong TotalVirtual;
        public ulong AvailableVirtual;
        public ulong AvailableExtendedVirtual;
    }
}
