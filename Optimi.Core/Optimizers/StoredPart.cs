using System.Buffers;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// A part of what an optimizer stores for a parameter in few bits, as it is stored: the codes of a compressed state, their headers, or the
/// lower bits of weights. What the bits mean, <see cref="Pair16"/> and <see cref="Signed8"/> say.
/// </summary>
public sealed class StoredPart
{
    private readonly Optimizer _optimizer;
    private readonly LaunchTensor _tensor;
    private readonly int _slot;
    private readonly int _offset;
    private readonly int _bytesPerTile;

    internal StoredPart(
        Optimizer optimizer, LaunchTensor tensor, int slot, int offset, int bytesPerTile, string name, string type, long[] shape)
    {
        (_optimizer, _tensor, _slot, _offset, _bytesPerTile) = (optimizer, tensor, slot, offset, bytesPerTile);
        (Name, Type, StoredShape) = (name, type, shape);
        Bytes = shape.Aggregate((long)TensorTypes.SizeOf(type), (bytes, extent) => bytes * extent);
    }

    /// <summary>What it is called in checkpoints: <c>moments</c> for a pair of moments, <c>low_bits</c> for the lower bits of weights, else
    /// the state's name; with <c>.headers</c> for headers.</summary>
    public string Name { get; }

    /// <summary>The type of its integers, as checkpoints call it: <c>U16</c>, <c>U32</c>, <c>I8</c> or <c>I16</c>.</summary>
    public string Type { get; }

    /// <summary>Its extents: the parameter's; of headers, groups, and for a pair 2.</summary>
    public ReadOnlySpan<long> Shape => StoredShape;

    /// <summary>How many bytes it has.</summary>
    public long Bytes { get; }

    internal long[] StoredShape { get; }

    /// <summary>Copies all bytes out. It waits for all work queued on the device so far.</summary>
    /// <param name="destination">Room for <see cref="Bytes"/>.</param>
    /// <exception cref="ParameterException">The length is another.</exception>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    public void CopyTo(Span<byte> destination)
    {
        CheckLength(destination.Length);
        lock (_tensor.Parameter.Buffer.Device.Gate)
        {
            _optimizer.ThrowIfDisposed();
            Read(0, destination);
        }
    }

    /// <summary>Copies bytes in. Any bits can be decoded, if not to sense.</summary>
    /// <param name="source">All of the <see cref="Bytes"/>.</param>
    /// <exception cref="ParameterException">The length is another.</exception>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    public void CopyFrom(ReadOnlySpan<byte> source)
    {
        CheckLength(source.Length);
        lock (_tensor.Parameter.Buffer.Device.Gate)
        {
            _optimizer.ThrowIfDisposed();
            Write(0, source);
        }
    }

    /// <summary>Copies bytes out when the device's turn is the caller's.</summary>
    internal void Read(long offset, Span<byte> destination)
    {
        if (IsContiguous)
        {
            Slab.Download(FirstByte + offset, destination);
            return;
        }

        using var block = new Block(this, offset, destination.Length);
        Slab.Download(block.FirstByte, block.Bytes);
        for (int i = 0; i < destination.Length; i++)
            destination[i] = block[offset + i];
    }

    /// <summary>Copies bytes in when the device's turn is the caller's.</summary>
    internal void Write(long offset, ReadOnlySpan<byte> source)
    {
        if (IsContiguous)
        {
            Slab.Upload(FirstByte + offset, source);
            return;
        }

        using var block = new Block(this, offset, source.Length);
        Slab.Download(block.FirstByte, block.Bytes);
        for (int i = 0; i < source.Length; i++)
            block[offset + i] = source[i];
        Slab.Upload(block.FirstByte, block.Bytes);
    }

    private Slab Slab => _tensor.States![_slot]!;

    private int Stride => _tensor.States!.Layout.TileBytes(_slot);

    private long FirstByte => ((long)_tensor.StateTile * Stride) + _offset;

    private bool IsContiguous => Stride == _bytesPerTile;

    private void CheckLength(int length)
    {
        if (length != Bytes)
        {
            throw new ParameterException(FormattableString.Invariant(
                $"'{Name}' of parameter '{_tensor.Parameter.Name}' has {Bytes} bytes, but {length} were given; pass all of them."));
        }
    }

    /// <summary>The tiles' headers in which some bytes lie.</summary>
    private readonly struct Block : IDisposable
    {
        private readonly StoredPart _part;
        private readonly long _firstTile;
        private readonly int _length;
        private readonly byte[] _rented;

        public Block(StoredPart part, long offset, int length)
        {
            _part = part;
            _firstTile = offset / part._bytesPerTile;
            long endTile = (offset + length + part._bytesPerTile - 1) / part._bytesPerTile;
            _length = checked((int)((endTile - _firstTile) * part.Stride));
            _rented = ArrayPool<byte>.Shared.Rent(_length);
        }

        public long FirstByte => ((long)_part._tensor.StateTile + _firstTile) * _part.Stride;

        public Span<byte> Bytes => _rented.AsSpan(0, _length);

        public ref byte this[long offset] => ref _rented[
            (int)(((offset / _part._bytesPerTile) - _firstTile) * _part.Stride) + _part._offset + (int)(offset % _part._bytesPerTile)];

        public void Dispose() => ArrayPool<byte>.Shared.Return(_rented);
    }
}
