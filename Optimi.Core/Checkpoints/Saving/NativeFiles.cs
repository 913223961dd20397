using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>What the system does with files and .NET does not offer.</summary>
internal static partial class NativeFiles
{
    private const int ReadOnly = 0;

    /// <summary>Gives a file a second name, under which it stays when the first is given to another file.</summary>
    /// <returns>Whether it has one. Not every file system can do that.</returns>
    public static bool TryLink(string path, string second) => OperatingSystem.IsWindows()
        ? CreateHardLink(second, path, 0)
        : Link(path, second) == 0;

    /// <summary>Sees to it that the names in a folder are on the disk, if the folder may be read. Windows does so by itself.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        int folder = Open(path, ReadOnly);
        if (folder < 0)
            return;
        string? error = Sync(folder) < 0 ? Marshal.GetLastPInvokeErrorMessage() : null;
        _ = Close(folder);
        if (error is not null)
            throw new IOException($"The new file is in its place, but the folder '{path}' cannot be flushed: {error}.");
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string path, string second);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string second, string path, nint security);
}
