namespace Optimi;

/// <summary>
/// The folder in which kernels that were compiled for a device are kept for later processes, so that their first step does not wait for
/// the compiler.
/// </summary>
/// <remarks>
/// <para>The kernels of Optimi's own rules are kept, as ILGPU's output for the device's driver. A file is found again by the exact
/// builds of Optimi, ILGPU and .NET, and by the device and its driver, and is used only if its checksum is right. It is written
/// under another name first, so that processes may share the folder. A file that is damaged, or a folder that cannot be written,
/// costs time and nothing else.</para>
/// <para>Kernels of your own rules are compiled in each process: ILGPU compiles what they call and the constants that they read,
/// which no key can hold.</para>
/// </remarks>
public static class KernelCache
{
    /// <summary>The environment variable that names the folder, or switches the cache off.</summary>
    public const string EnvironmentVariable = "OPTIMI_KERNEL_CACHE";

    /// <summary>The value of <see cref="EnvironmentVariable"/> that switches the cache off.</summary>
    public const string Off = "off";

    /// <summary>
    /// The folder; null for no cache. Default: what <see cref="EnvironmentVariable"/> names, else <c>optimi/kernels</c> in the user's folder for
    /// caches. It holds for devices that have compiled nothing yet.
    /// </summary>
    public static string? Directory { get; set; } = FromEnvironment(Environment.GetEnvironmentVariable(EnvironmentVariable));

    /// <summary>Deletes what was kept, in the present folder.</summary>
    /// <exception cref="IOException">A file cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">A file must not be deleted.</exception>
    public static void Clear()
    {
        if (Directory is string directory && System.IO.Directory.Exists(directory))
            KernelFiles.Clear(directory);
    }

    internal static string? FromEnvironment(string? value) => value switch
    {
        _ when string.IsNullOrWhiteSpace(value) => OfUser() is string caches ? Path.Combine(caches, "optimi", "kernels") : null,
        _ when value.Equals(Off, StringComparison.OrdinalIgnoreCase) => null,
        _ => FullPath(value),
    };

    /// <summary>A path that does not depend on the working folder; null if it is none.</summary>
    private static string? FullPath(string path)
    {
        try
        {
            return Path.GetFullPath(path);
        }
        catch (Exception error) when (error is IOException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>The user's folder for caches; null where there is no user's folder.</summary>
    private static string? OfUser()
    {
        if (OperatingSystem.IsWindows())
            return NullIfEmpty(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData));
        string? home = NullIfEmpty(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        if (OperatingSystem.IsMacOS())
            return home is null ? null : Path.Combine(home, "Library", "Caches");
        // The XDG base directory specification says to ignore relative paths.
        string? xdg = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (Path.IsPathFullyQualified(xdg ?? ""))
            return xdg;
        return home is null ? null : Path.Combine(home, ".cache");
    }

    private static string? NullIfEmpty(string path) => path == "" ? null : path;
}
