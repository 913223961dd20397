using System.Globalization;

namespace Optimi;

/// <summary>A file that takes the place of another one only when it is whole and on the disk. Until then, and if it never is, the other one
/// stays as it is.</summary>
internal sealed class AtomicFile : IDisposable
{
    private const string DraftSuffix = ".partial";

    private readonly string _path;
    private readonly string _folder;
    private readonly string _draft;
    private readonly FileStream _stream;
    private bool _isWhole;

    /// <param name="path">The file.</param>
    /// <exception cref="IOException">There is no such folder, or no room.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public AtomicFile(string path)
    {
        var file = new FileInfo(path);
        _path = file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        _folder = Path.GetDirectoryName(_path)!;
        DeleteAbandoned();
        _draft = $"{_path}.{Guid.NewGuid():N}{DraftSuffix}";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows() && File.Exists(_path))
            options.UnixCreateMode = File.GetUnixFileMode(_path);
        _stream = new FileStream(_draft, options);
    }

    /// <summary>Where it is written.</summary>
    public Stream Stream => _stream;

    /// <summary>Lets it take its place.</summary>
    /// <param name="keep">How many files of the name stay: itself, and older ones.</param>
    /// <exception cref="IOException">The disk failed, or has no room.</exception>
    public void Commit(int keep)
    {
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        if (keep > 1 && File.Exists(_path))
            KeepOld(keep - 1);
        File.Move(_draft, _path, overwrite: true);
        _isWhole = true;
        NativeFiles.FlushFolder(_folder);
    }

    /// <summary>Forgets it, unless it has taken its place.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_isWhole)
            File.Delete(_draft);
    }

    /// <summary>Deletes the drafts of processes that were killed. Those of others that still write are locked.</summary>
    private void DeleteAbandoned()
    {
        foreach (string draft in Directory.EnumerateFiles(_folder, $"{Path.GetFileName(_path)}.*{DraftSuffix}"))
        {
            try
            {
                using var abandoned = new FileStream(
                    draft, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It is somebody's.
            }
        }
    }

    /// <summary>Gives the file that will be replaced a second name, so that at no moment there is none of the first.</summary>
    private void KeepOld(int count)
    {
        // As far as there are any, and one further.
        int last = 1;
        while (last < count && File.Exists(Aged(last)))
            last++;
        for (int age = last; age > 1; age--)
            File.Move(Aged(age - 1), Aged(age), overwrite: true);
        File.Delete(Aged(1));
        if (!NativeFiles.TryLink(_path, Aged(1)))
            File.Copy(_path, Aged(1), overwrite: true);
        for (int age = count; age < int.MaxValue && File.Exists(Aged(age + 1)); age++)
            File.Delete(Aged(age + 1));
    }

    private string Aged(int age) => Path.Combine(
        _folder,
        string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(_path)}.{age}{Path.GetExtension(_path)}"));
}
