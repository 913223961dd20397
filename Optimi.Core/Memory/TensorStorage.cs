using System.Buffers;
using System.Runtime.InteropServices;
using ILGPU;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// The memory of one tensor on its device: a parameter's values, its gradient, or a state of an optimizer. Row-major, dense.
/// </summary>
/// <remarks>
/// Copies wait for all work queued on the device so far, and have taken place when they return. A view is the memory itself: on
/// a host device, taking one waits in the same way; on others, work on an <see cref="ArrayView{T}"/> is to be queued on the
/// device's own stream.
/// </remarks>
public abstract class TensorStorage
{
    private delegate void Converter<TFrom, TTo>(ReadOnlySpan<TFrom> source, Span<TTo> destination);

    private const int ChunkLength = 1 << 16;

    private protected TensorStorage(DType dtype, long length)
    {
        DType = dtype;
        Length = length;
    }

    /// <summary>How the numbers are stored.</summary>
    public DType DType { get; }

    /// <summary>How many numbers there are.</summary>
    public long Length { get; }

    /// <summary>What this is the memory of, for messages.</summary>
    private protected abstract string Description { get; }

    /// <summary>Copies numbers in, rounding them to the storage type (nearest, ties to even).</summary>
    /// <param name="source">All numbers of the tensor, row-major.</param>
    /// <exception cref="ParameterException">The length is not the tensor's.</exception>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    public void CopyFrom(ReadOnlySpan<float> source)
    {
        CheckLength(source.Length);
        if (DType == DType.Float32)
            Write(0, MemoryMarshal.AsBytes(source));
        else
            WriteAs<float, BFloat16>(source, Conversion.Round);
    }

    /// <summary>Copies numbers in; exact whatever the storage type.</summary>
    /// <param name="source">All numbers of the tensor, row-major.</param>
    /// <exception cref="ParameterException">The length is not the tensor's.</exception>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    public void CopyFrom(ReadOnlySpan<BFloat16> source)
    {
        CheckLength(source.Length);
        if (DType == DType.BFloat16)
            Write(0, MemoryMarshal.AsBytes(source));
        else
            WriteAs<BFloat16, float>(source, Conversion.Widen);
    }

    /// <summary>Copies all numbers out; exact whatever the storage type.</summary>
    /// <param name="destination">Room for all numbers of the tensor.</param>
    /// <exception cref="ParameterException">The length is not the tensor's.</exception>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    public void CopyTo(Span<float> destination)
    {
        CheckLength(destination.Length);
        if (DType == DType.Float32)
            Read(0, MemoryMarshal.AsBytes(destination));
        else
            ReadAs<BFloat16, float>(destination, Conversion.Widen);
    }

    /// <summary>Copies all numbers out, rounding float32 to the nearest bfloat16, ties to even.</summary>
    /// <param name="destination">Room for all numbers of the tensor.</param>
    /// <exception cref="ParameterException">The length is not the tensor's.</exception>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    public void CopyTo(Span<BFloat16> destination)
    {
        CheckLength(destination.Length);
        if (DType == DType.BFloat16)
            Read(0, MemoryMarshal.AsBytes(destination));
        else
            ReadAs<float, BFloat16>(destination, Conversion.Round);
    }

    /// <summary>Sets every number to one value, rounded to the storage type.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    public void Fill(float value)
    {
        var chunk = new byte[Math.Min(Length, ChunkLength) * DType.Bytes()];
        if (DType == DType.Float32)
            MemoryMarshal.Cast<byte, float>(chunk.AsSpan()).Fill(value);
        else
            MemoryMarshal.Cast<byte, BFloat16>(chunk.AsSpan()).Fill((BFloat16)value);
        long bytes = Length * DType.Bytes();
        for (long at = 0; at < bytes; at += chunk.Length)
            Write(at, chunk.AsSpan(0, (int)Math.Min(chunk.Length, bytes - at)));
    }

    /// <summary>The memory itself, on a host device: for reading and writing without a copy.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="BFloat16"/>, as <see cref="DType"/> says.</typeparam>
    /// <exception cref="ParameterException"><typeparamref name="T"/> is not the storage type, or the tensor is too long for a
    /// span.</exception>
    /// <exception cref="DeviceException">The device's memory is not the host's.</exception>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    public unsafe Span<T> AsSpan<T>()
        where T : unmanaged
    {
        CheckElement<T>();
        (Slab slab, long offset) = Locate();
        if (slab.Host == null)
        {
            throw new DeviceException(
                $"{Description} lies in device memory, which has no span; use AsArrayView, or CopyTo and CopyFrom.");
        }

        if (Length > int.MaxValue)
            throw new ParameterException($"{Description} has {Length} numbers, more than a span can; use AsArrayView.");
        slab.AwaitDevice();
        OnWritable();
        return new Span<T>(slab.Host + offset, (int)Length);
    }

    /// <summary>The memory itself, as ILGPU sees it: for kernels of the caller's.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="BFloat16"/>, as <see cref="DType"/> says.</typeparam>
    /// <exception cref="ParameterException"><typeparamref name="T"/> is not the storage type.</exception>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    public ArrayView<T> AsArrayView<T>()
        where T : unmanaged
    {
        CheckElement<T>();
        (Slab slab, long offset) = Locate();
        OnWritable();
        return slab.View<T>(offset, Length);
    }

    /// <summary>Finds the memory, allocating it if need be.</summary>
    private protected abstract (Slab Slab, long Offset) Locate();

    /// <summary>Called when the numbers have been written, or may be from now on.</summary>
    private protected virtual void OnWritable()
    {
    }

    private protected virtual void Write(long offset, ReadOnlySpan<byte> source)
    {
        (Slab slab, long start) = Locate();
        slab.Upload(start + offset, source);
        OnWritable();
    }

    private void Read(long offset, Span<byte> destination)
    {
        (Slab slab, long start) = Locate();
        slab.Download(start + offset, destination);
    }

    private void WriteAs<TFrom, TTo>(ReadOnlySpan<TFrom> source, Converter<TFrom, TTo> convert)
        where TTo : unmanaged
    {
        TTo[] chunk = ArrayPool<TTo>.Shared.Rent(Math.Min(source.Length, ChunkLength));
        for (int at = 0; at < source.Length; at += chunk.Length)
        {
            Span<TTo> part = chunk.AsSpan(0, Math.Min(chunk.Length, source.Length - at));
            convert(source.Slice(at, part.Length), part);
            Write((long)at * DType.Bytes(), MemoryMarshal.AsBytes(part));
        }

        ArrayPool<TTo>.Shared.Return(chunk);
    }

    private void ReadAs<TFrom, TTo>(Span<TTo> destination, Converter<TFrom, TTo> convert)
        where TFrom : unmanaged
    {
        TFrom[] chunk = ArrayPool<TFrom>.Shared.Rent(Math.Min(destination.Length, ChunkLength));
        for (int at = 0; at < destination.Length; at += chunk.Length)
        {
            Span<TFrom> part = chunk.AsSpan(0, Math.Min(chunk.Length, destination.Length - at));
            Read((long)at * DType.Bytes(), MemoryMarshal.AsBytes(part));
            convert(part, destination.Slice(at, part.Length));
        }

        ArrayPool<TFrom>.Shared.Return(chunk);
    }

    private void CheckLength(int length)
    {
        if (length != Length)
        {
            throw new ParameterException(
                $"{Description} has {Length} numbers, but {length} were given; pass all of them, row-major.");
        }
    }

    private void CheckElement<T>()
    {
        if (typeof(T) != DType.Element())
        {
            throw new ParameterException(
                $"{Description} is stored as {DType}; ask for a view of {DType.Element().Name}, not {typeof(T).Name}.");
        }
    }
}
