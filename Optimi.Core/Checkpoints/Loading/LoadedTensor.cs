using Optimi.Kernels;

namespace Optimi;

/// <summary>Numbers on their way from a file into memory of a device.</summary>
/// <param name="length">How many there are.</param>
/// <param name="sources">Where they come from: of one tensor, or of several side by side.</param>
internal abstract class LoadedTensor(long length, params IReadOnlyList<StoredRuns> sources)
{
    public long Length { get; } = length;

    /// <summary>How many bytes are read.</summary>
    public long Bytes => sources.Sum(source => source.BytesOf(Length));

    /// <summary>The most numbers, of whole tiles, that are read in some bytes.</summary>
    public int MostOf(int bytes) => bytes / BytesOf(Tile.Length) * Tile.Length;

    /// <summary>How many bytes are read of some numbers that begin a tile.</summary>
    public int BytesOf(int count)
    {
        long bytes = 0;
        foreach (StoredRuns source in sources)
            bytes += source.BytesOf(count);
        return (int)bytes;
    }

    /// <summary>Reads some of them from the file, from one source after the other.</summary>
    /// <param name="first">The first one, of a tile.</param>
    /// <param name="count">How many.</param>
    /// <param name="bytes">Where to put them.</param>
    public void Read(long first, int count, Span<byte> bytes)
    {
        foreach (StoredRuns source in sources)
        {
            int length = (int)source.BytesOf(count);
            source.Read(first, bytes[..length]);
            bytes = bytes[length..];
        }
    }

    /// <summary>Writes what was read into memory, when the device's turn is the caller's.</summary>
    /// <param name="first">The first one, of a tile.</param>
    /// <param name="count">How many.</param>
    /// <param name="bytes">What was read.</param>
    public abstract void Write(long first, int count, ReadOnlySpan<byte> bytes);
}
