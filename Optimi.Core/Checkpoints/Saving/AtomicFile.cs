using System.Globalization;

namespace Optimi;

/// <summary>A file that takes the place of another one only when it is whole and on the disk. Until then, and if it never is, the other one
/// stays as it is.</summary>
internal sealed class AtomicFile : IDisposable
{
    private const string DraftSuffix = ".partial";

    private readonly string _path;
    private readonly string _draft;
    private readonly FileStream _stream;
    private bool _isWhole;

    /// <param name="path">The file.</param>
    /// <param name="bytes">How long it will be, which is asked for at once.</param>
    /// <exception cref="IOException">There is no such folder, no room, or another process is writing the file.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public AtomicFile(string path, long bytes)
    {
        var file = new FileInfo(path);
        _path = file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        _draft = _path + DraftSuffix;
        // The draft of a process that was killed is overwritten; that of one that still writes is locked.
        _stream = new FileStream(
            _draft,
            new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                Share = FileShare.None,
                BufferSize = 0,
                PreallocationSize = bytes,
            });
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
        NativeFiles.FlushFolder(Path.GetDirectoryName(_path)!);
    }

    /// <summary>Forgets it, unless it has taken its place.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_isWhole)
            File.Delete(_draft);
    }

    /// <summary>Gives the file that will be replaced a second name, so that at no moment there is none of the first.</summary>
    private void KeepOld(int count)
    {
        for (int age = count; age > 1; age--)
        {
            if (File.Exists(Aged(age - 1)))
                File.Move(Aged(age - 1), Aged(age), overwrite: true);
        }

        File.Delete(Aged(1));
        if (!NativeFiles.TryLink(_path, Aged(1)))
            File.Copy(_path, Aged(1));
    }

    private string Aged(int age) => Path.Combine(
        Path.GetDirectoryName(_path)!,
        string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(_path)}.{age}{Path.GetExtension(_path)}"));
}
