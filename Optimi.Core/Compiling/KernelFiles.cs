using System.Security.Cryptography;
using System.Text;

namespace Optimi;

/// <summary>Files of compiled kernels, found by a key. Nothing that goes wrong with them is an error: kernels can be compiled again.</summary>
/// <param name="root">The folder of the cache.</param>
/// <param name="build">What identifies this build of everything that compiles: each build has a folder of its own.</param>
internal sealed class KernelFiles(string root, string build)
{
    /// <summary>A folder of another build that was not written to for so long belongs to a build that is gone.</summary>
    private static readonly TimeSpan _abandoned = TimeSpan.FromDays(30);

    private static readonly byte[] _magic = "optimi-1"u8.ToArray();

    /// <summary>What the folders of builds begin with, so that others' folders are told apart.</summary>
    private const string FolderPrefix = "optimi-";

    private readonly string _folder = Path.Combine(root, FolderPrefix + Name(build));

    /// <summary>Reads a kernel.</summary>
    /// <param name="key">All that the kernel depends on beside the build.</param>
    /// <returns>The kernel's source; null if there is none, or the file is damaged.</returns>
    public string? Find(string key)
    {
        try
        {
            string path = PathOf(key);
            return File.Exists(path) ? Read(File.ReadAllBytes(path), key) : null;
        }
        catch (Exception error) when (IsOfFiles(error))
        {
            return null;
        }
    }

    /// <summary>Writes a kernel, for other processes to find whole or not at all.</summary>
    /// <param name="key">All that the kernel depends on beside the build.</param>
    /// <param name="source">The kernel as ILGPU hands it to the driver: OpenCL C, or PTX.</param>
    public void Add(string key, string source)
    {
        try
        {
            if (!Directory.Exists(_folder))
                CreateFolder();
            string path = PathOf(key);
            string draft = $"{path}.{Guid.NewGuid():N}";
            try
            {
                File.WriteAllBytes(draft, Write(source, key));
                File.Move(draft, path, overwrite: true);
            }
            catch
            {
                File.Delete(draft);
                throw;
            }
        }
        catch (Exception error) when (IsOfFiles(error))
        {
            // The next process compiles again.
        }
    }

    /// <summary>Deletes what the cache has written into a folder.</summary>
    public static void Clear(string root)
    {
        foreach (string folder in FoldersOf(root))
            Directory.Delete(folder, recursive: true);
    }

    private static byte[] Write(string source, string key)
    {
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(key);
            writer.Write(source);
        }

        byte[] bytes = content.ToArray();
        return [.. _magic, .. SHA256.HashData(bytes), .. bytes];
    }

    private static string? Read(ReadOnlySpan<byte> file, string key)
    {
        int start = _magic.Length + SHA256.HashSizeInBytes;
        if (file.Length < start || !file.StartsWith(_magic)
            || !file[_magic.Length..start].SequenceEqual(SHA256.HashData(file[start..])))
        {
            return null;
        }

        using var reader = new BinaryReader(new MemoryStream(file[start..].ToArray()), Encoding.UTF8);
        return reader.ReadString() == key ? reader.ReadString() : null;
    }

    private static bool IsOfFiles(Exception error) =>
        error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException or FormatException;

    private static string Name(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16));

    private static IEnumerable<string> FoldersOf(string root) => Directory.EnumerateDirectories(root)
        .Where(folder => Path.GetFileName(folder).StartsWith(FolderPrefix, StringComparison.Ordinal));

    private string PathOf(string key) => Path.Combine(_folder, Name(key));

    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(_folder);
        else
            Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string folder in FoldersOf(root))
        {
            if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(folder) > _abandoned)
                Directory.Delete(folder, recursive: true);
        }
    }
}
