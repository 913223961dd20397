using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>Keeps numbers that a file does not hold as bytes, so that tensors can be read from them.</summary>
/// <param name="name">What the file is called in messages.</param>
[SuppressMessage("Design", "CA1001", Justification = "The source of an array holds nothing to release.")]
internal sealed class NumberPool(string name)
{
    private const int ChunkBytes = 4096;

    private byte[] _chunk = [];
    private ByteSource _source = new(name, []);
    private int _used;

    /// <summary>Adds numbers.</summary>
    /// <returns>A source that holds them, where they begin in it, and how many bytes they take.</returns>
    public (ByteSource Source, long Offset, long Bytes) Add<T>(ReadOnlySpan<T> numbers)
        where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Files are little-endian, and so must the processor be.");
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(numbers);
        if (bytes.Length > _chunk.Length - _used)
        {
            _chunk = new byte[Math.Max(ChunkBytes, bytes.Length)];
            _source = new ByteSource(name, _chunk);
            _used = 0;
        }

        int offset = _used;
        bytes.CopyTo(_chunk.AsSpan(offset));
        _used += bytes.Length;
        return (_source, offset, bytes.Length);
    }
}
