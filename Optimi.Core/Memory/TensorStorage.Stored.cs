namespace Optimi;

public abstract partial class TensorStorage
{
    /// <summary>Copies bytes out as they are stored, when the device's turn is the caller's.</summary>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="destination">Where to put them.</param>
    internal void ReadStored(long offset, Span<byte> destination)
    {
        ThrowIfDisposed();
        Read(offset, destination);
    }

    /// <summary>Copies bytes in as they are stored, when the device's turn is the caller's. Nobody is told that they were written.</summary>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="source">The bytes.</param>
    internal void WriteStored(long offset, ReadOnlySpan<byte> source)
    {
        ThrowIfDisposed();
        Write(offset, source);
    }
}
