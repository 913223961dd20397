using System.Globalization;

namespace Optimi.Bench;

/// <summary>The host's largest cache: what it holds, memory does not limit.</summary>
internal static class HostCache
{
    private const string LinuxCaches = "/sys/devices/system/cpu/cpu0/cache";

    /// <summary>Its size in bytes; null where the system does not say.</summary>
    public static long? Bytes { get; } = Directory.Exists(LinuxCaches)
        ? Directory.GetDirectories(LinuxCaches, "index*").Select(SizeIn).Max()
        : null;

    /// <summary>Reads a size as Linux writes it: a number of KiB, such as <c>32768K</c>.</summary>
    public static long? Parse(string size) =>
        long.TryParse(size.Trim().TrimEnd('K'), NumberStyles.None, CultureInfo.InvariantCulture, out long kibibytes)
            ? kibibytes << 10
            : null;

    private static long? SizeIn(string cache)
    {
        string size = Path.Combine(cache, "size");
        return File.Exists(size) ? Parse(File.ReadAllText(size)) : null;
    }
}
