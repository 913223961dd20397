using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Half = System.Half;

namespace Optimi;

public abstract partial class TensorStorage
{
    /// <summary>Numbers that are copied at a time: their bytes can be counted by 32 bits.</summary>
    private const int MostCopied = 1 << 28;

    /// <summary>Numbers that are converted at a time.</summary>
    private const int ChunkLength = 1 << 16;

    /// <summary>
    /// Adds numbers: each sum is made in float32 and rounded once to the storage type (nearest, ties to even). To a gradient that is not
    /// there (<see cref="Parameter.HasGradient"/>) they are not added but take its place, so that nothing need be zeroed.
    /// </summary>
    /// <param name="source">All numbers of the tensor, row-major.</param>
    /// <exception cref="ParameterException">The length is not the tensor's.</exception>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    [OverloadResolutionPriority(1)]
    [RequiresDynamicCode(CodeNeeds.ClosedTypes)]
    public void Add(ReadOnlySpan<float> source) => AddFrom(source, DType.Float32);

    /// <inheritdoc cref="Add(ReadOnlySpan{float})"/>
    [RequiresDynamicCode(CodeNeeds.ClosedTypes)]
    public void Add(ReadOnlySpan<BFloat16> source) => AddFrom(source, DType.BFloat16);

    /// <inheritdoc cref="Add(ReadOnlySpan{float})"/>
    [RequiresDynamicCode(CodeNeeds.ClosedTypes)]
    public void Add(ReadOnlySpan<Half> source) => AddFrom(source, DType.Float16);

    /// <summary>Adds numbers that lie in memory of the device, as <see cref="Add(ReadOnlySpan{float})"/> does; on a GPU in the stream's
    /// order.</summary>
    /// <param name="source">All numbers of the tensor, row-major; not the tensor itself.</param>
    /// <exception cref="ParameterException">The length is not the tensor's, or the memory is another device's.</exception>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    [RequiresDynamicCode(CodeNeeds.ClosedTypes)]
    public void Add(TensorView source)
    {
        CheckLength(source.Length);
        lock (Device.Gate)
        {
            ThrowIfDisposed();
            CheckWritable();
            source.CheckDevice(Device);
            (DeviceMemory memory, long offset) = Locate();
            TensorSum.Add(Device, memory.PlaceAt(offset), DType, source.PlaceOn(Device), source.DType, Length, IsThere);
            OnWritten();
        }

        source.KeepAlive();
    }

    private protected virtual void Write(long offset, ReadOnlySpan<byte> source)
    {
        (DeviceMemory memory, long start) = Locate();
        memory.Upload(start + offset, source);
    }

    private protected virtual void Read(long offset, Span<byte> destination)
    {
        (DeviceMemory memory, long start) = Locate();
        memory.Download(start + offset, destination);
    }

    [RequiresDynamicCode(CodeNeeds.ClosedTypes)]
    private unsafe void AddFrom<T>(ReadOnlySpan<T> source, DType dtype)
        where T : unmanaged
    {
        CheckLength(source.Length);
        lock (Device.Gate)
        {
            ThrowIfDisposed();
            CheckWritable();
            (DeviceMemory memory, long offset) = Locate();
            if (Device.IsHost)
            {
                fixed (T* pointer = source)
                {
                    var place = new MemoryPlace(null, (nint)pointer, IsPadded: false);
                    TensorSum.Add(Device, memory.PlaceAt(offset), DType, place, dtype, Length, IsThere);
                }
            }
            else
            {
                Slab scratch = Device.Scratch(ChunkLength * sizeof(float));
                for (int at = 0; at < source.Length; at += ChunkLength)
                {
                    ReadOnlySpan<T> part = source.Slice(at, Math.Min(ChunkLength, source.Length - at));
                    scratch.Upload(0, MemoryMarshal.AsBytes(part));
                    MemoryPlace sum = memory.PlaceAt(offset + ((long)at * DType.Bytes()));
                    TensorSum.Add(Device, sum, DType, scratch.PlaceAt(0), dtype, part.Length, IsThere);
                }
            }

            OnWritten();
        }
    }

    private void WriteFrom<T>(ReadOnlySpan<T> source)
        where T : unmanaged
    {
        CheckLength(source.Length);
        lock (Device.Gate)
        {
            ThrowIfDisposed();
            CheckWritable();
            TensorStorage target = typeof(T) == DType.Element() ? this : Exact;
            if (typeof(T) == target.DType.Element())
            {
                for (long at = 0; at < source.Length; at += MostCopied)
                {
                    ReadOnlySpan<T> part = source.Slice((int)at, (int)Math.Min(MostCopied, source.Length - at));
                    target.Write(at * target.DType.Bytes(), MemoryMarshal.AsBytes(part));
                }
            }
            else
            {
                for (int at = 0; at < source.Length; at += ChunkLength)
                    target.WritePart(at, source.Slice(at, Math.Min(ChunkLength, source.Length - at)));
            }

            target.OnWritten();
        }
    }

    private void WritePart<T>(long at, ReadOnlySpan<T> part)
        where T : unmanaged
    {
        switch (DType)
        {
            case DType.Float32:
                WriteAs<T, float>(at, part);
                break;
            case DType.BFloat16:
                WriteAs<T, BFloat16>(at, part);
                break;
            default:
                WriteAs<T, Half>(at, part);
                break;
        }
    }

    private void WriteAs<T, TStored>(long at, ReadOnlySpan<T> part)
        where T : unmanaged
        where TStored : unmanaged
    {
        if (typeof(T) == typeof(TStored))
        {
            Write(at * DType.Bytes(), MemoryMarshal.AsBytes(part));
            return;
        }

        TStored[] rented = ArrayPool<TStored>.Shared.Rent(part.Length);
        Span<TStored> stored = rented.AsSpan(0, part.Length);
        Conversion.Convert(part, stored);
        Write(at * DType.Bytes(), MemoryMarshal.AsBytes(stored));
        ArrayPool<TStored>.Shared.Return(rented);
    }

    private void ReadTo<T>(Span<T> destination)
        where T : unmanaged
    {
        CheckLength(destination.Length);
        lock (Device.Gate)
        {
            ThrowIfDisposed();
            if (typeof(T) == DType.Element())
            {
                for (long at = 0; at < destination.Length; at += MostCopied)
                {
                    Span<T> part = destination.Slice((int)at, (int)Math.Min(MostCopied, destination.Length - at));
                    Read(at * DType.Bytes(), MemoryMarshal.AsBytes(part));
                }

                return;
            }

            for (int at = 0; at < destination.Length; at += ChunkLength)
                ReadPart(at, destination.Slice(at, Math.Min(ChunkLength, destination.Length - at)));
        }
    }

    /// <summary>Copies some of the numbers out when the device's turn is the caller's.</summary>
    internal void ReadPart<T>(long at, Span<T> part)
        where T : unmanaged
    {
        switch (DType)
        {
            case DType.Float32:
                ReadAs<T, float>(at, part);
                break;
            case DType.BFloat16:
                ReadAs<T, BFloat16>(at, part);
                break;
            default:
                ReadAs<T, Half>(at, part);
                break;
        }
    }

    private void ReadAs<T, TStored>(long at, Span<T> part)
        where T : unmanaged
        where TStored : unmanaged
    {
        TStored[] rented = ArrayPool<TStored>.Shared.Rent(part.Length);
        Span<TStored> stored = rented.AsSpan(0, part.Length);
        Read(at * DType.Bytes(), MemoryMarshal.AsBytes(stored));
        Conversion.Convert<TStored, T>(stored, part);
        ArrayPool<TStored>.Shared.Return(rented);
    }
}
