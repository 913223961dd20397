namespace Optimi;

/// <summary>Numbers on their way from a file into memory of a device.</summary>
/// <param name="length">How many there are.</param>
/// <param name="bytesPerNumber">Bytes that are read for each.</param>
internal abstract class LoadedTensor(long length, int bytesPerNumber)
{
    public long Length { get; } = length;

    public int BytesPerNumber { get; } = bytesPerNumber;

    /// <summary>Reads some of them from the file.</summary>
    /// <param name="first">The first one.</param>
    /// <param name="count">How many.</param>
    /// <param name="bytes">Where to put them.</param>
    public abstract void Read(long first, int count, Span<byte> bytes);

    /// <summary>Writes what was read into memory, when the device's turn is the caller's.</summary>
    /// <param name="first">The first one.</param>
    /// <param name="count">How many.</param>
    /// <param name="bytes">What was read.</param>
    public abstract void Write(long first, int count, ReadOnlySpan<byte> bytes);
}
