using Microsoft.Win32.SafeHandles;

namespace Optimi;

/// <summary>The bytes of a file, a stream or an array, which can be read from any place, by several threads.</summary>
internal sealed class ByteSource : IDisposable
{
    private readonly SafeFileHandle? _file;
    private readonly Stream? _stream;
    private readonly byte[] _bytes = [];
    private readonly bool _leavesOpen;
    private readonly long _start;
    private readonly Lock _gate = new();

    /// <param name="path">The file, which stays open.</param>
    /// <exception cref="CheckpointException">It is a pipe or the like.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
    public ByteSource(string path)
    {
        Name = $"'{path}'";
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);
        try
        {
            Length = RandomAccess.GetLength(_file);
        }
        catch (NotSupportedException)
        {
            _file.Dispose();
            throw CannotSeek(Name);
        }
    }

    /// <param name="stream">The stream: from its position to its end.</param>
    /// <param name="leavesOpen">Whether it stays open.</param>
    /// <exception cref="CheckpointException">The stream cannot seek.</exception>
    public ByteSource(Stream stream, bool leavesOpen)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek || !stream.CanRead)
            throw CannotSeek("The stream");
        Name = "The stream";
        (_stream, _leavesOpen, _start) = (stream, leavesOpen, stream.Position);
        Length = Math.Max(0, stream.Length - _start);
    }

    /// <param name="name">What it is called in messages.</param>
    /// <param name="bytes">The bytes, which are not copied.</param>
    public ByteSource(string name, byte[] bytes)
    {
        (Name, _bytes) = (name, bytes);
        Length = bytes.Length;
    }

    /// <summary>What it is called in messages.</summary>
    public string Name { get; }

    /// <summary>How many bytes there are.</summary>
    public long Length { get; }

    /// <summary>Reads bytes.</summary>
    /// <param name="offset">Where the first one is.</param>
    /// <param name="destination">Where to put them; all of it is filled.</param>
    /// <exception cref="CheckpointFormatException">The file ends before.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int read = ReadSome(offset, destination);
            if (read == 0)
            {
                throw new CheckpointFormatException(FormattableString.Invariant(
                    $"{Name} ends at byte {offset}, inside what it says to hold: it was cut short. Use another copy."));
            }

            offset += read;
            destination = destination[read..];
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        if (!_leavesOpen)
            _stream?.Dispose();
    }

    private static CheckpointException CannotSeek(string name) => new(
        $"{name} cannot be read from any place, but a checkpoint is read twice: once to verify it, once to load it. Copy it to a file or a"
        + " MemoryStream first.");

    private int ReadSome(long offset, Span<byte> destination)
    {
        if (_file is not null)
            return RandomAccess.Read(_file, destination, offset);
        if (_stream is null)
            return ReadArray(offset, destination);
        lock (_gate)
        {
            _stream.Position = _start + offset;
            return _stream.Read(destination);
        }
    }

    private int ReadArray(long offset, Span<byte> destination)
    {
        int count = (int)Math.Clamp(_bytes.Length - offset, 0, destination.Length);
        _bytes.AsSpan((int)Math.Min(offset, _bytes.Length), count).CopyTo(destination);
        return count;
    }
}
