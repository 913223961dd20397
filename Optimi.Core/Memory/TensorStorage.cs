using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ILGPU;
using Half = System.Half;

namespace Optimi;

/// <summary>
/// The memory of one tensor on its device: a parameter's values, its gradient, or a state of an optimizer. Row-major, dense.
/// </summary>
/// <remarks>
/// Copies wait for all work queued on the device so far, and have taken place when they return. A view is the memory itself: on
/// a host device, taking one waits in the same way; on others, work on an <see cref="ArrayView{T}"/> is to be queued on the
/// device's own stream. An <see cref="ArrayView{T}"/> keeps the memory from being collected, a span does not: whoever uses one keeps
/// the buffer, most simply by a <c>using</c>. Disposing of the buffer or the optimizer ends both.
/// <para>Values written through a view are not noticed: the Kahan compensation, or the low bits, of the old ones are added to them, and slow weights
/// stay. Call <see cref="Optimizer.ResetState"/>, or set them by <c>CopyFrom</c> or <see cref="Fill"/>.</para>
/// </remarks>
public abstract partial class TensorStorage
{
    private protected TensorStorage(DType dtype, long length)
    {
        DType = dtype;
        Length = length;
    }

    /// <summary>How the numbers are stored.</summary>
    public DType DType { get; }

    /// <summary>How many numbers there are.</summary>
    public long Length { get; }

    /// <summary>The device that holds the memory.</summary>
    private protected abstract ComputeDevice Device { get; }

    /// <summary>What this is the memory of, for messages.</summary>
    private protected abstract string Description { get; }

    /// <summary>Copies numbers in, rounding them to the storage type (nearest, ties to even).</summary>
    /// <param name="source">All numbers of the tensor, row-major.</param>
    /// <exception cref="ParameterException">The length is not the tensor's.</exception>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    [OverloadResolutionPriority(1)]
    public void CopyFrom(ReadOnlySpan<float> source) => WriteFrom(source);

    /// <inheritdoc cref="CopyFrom(ReadOnlySpan{float})"/>
    public void CopyFrom(ReadOnlySpan<BFloat16> source) => WriteFrom(source);

    /// <inheritdoc cref="CopyFrom(ReadOnlySpan{float})"/>
    public void CopyFrom(ReadOnlySpan<Half> source) => WriteFrom(source);

    /// <summary>Copies all numbers out, rounding them to the destination's type (nearest, ties to even).</summary>
    /// <param name="destination">Room for all numbers of the tensor.</param>
    /// <exception cref="ParameterException">The length is not the tensor's.</exception>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    public void CopyTo(Span<float> destination) => ReadTo(destination);

    /// <inheritdoc cref="CopyTo(Span{float})"/>
    public void CopyTo(Span<BFloat16> destination) => ReadTo(destination);

    /// <inheritdoc cref="CopyTo(Span{float})"/>
    public void CopyTo(Span<Half> destination) => ReadTo(destination);

    /// <summary>Sets every number to one value, rounded to the storage type.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    public void Fill(float value)
    {
        float[] numbers = ArrayPool<float>.Shared.Rent((int)Math.Min(Length, ChunkLength));
        numbers.AsSpan().Fill(value);
        lock (Device.Gate)
        {
            ThrowIfDisposed();
            CheckWritable();
            TensorStorage target = Exact;
            for (long at = 0; at < Length; at += numbers.Length)
                target.WritePart<float>(at, numbers.AsSpan(0, (int)Math.Min(numbers.Length, Length - at)));
            target.OnWritten();
        }

        ArrayPool<float>.Shared.Return(numbers);
    }

    /// <summary>The memory itself, on a host device: for reading and writing without a copy.</summary>
    /// <typeparam name="T"><see cref="float"/>, <see cref="BFloat16"/> or <see cref="Half"/>, as <see cref="DType"/> says.</typeparam>
    /// <exception cref="ParameterException"><typeparamref name="T"/> is not the storage type, or the tensor is too long for a
    /// span.</exception>
    /// <exception cref="DeviceException">The device's memory is not the host's, or it has none left; then nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    public unsafe Span<T> AsSpan<T>()
        where T : unmanaged
    {
        CheckElement<T>();
        lock (Device.Gate)
        {
            (DeviceMemory memory, long offset) = Locate();
            if (!Device.IsHost)
            {
                throw new DeviceException(
                    $"{Description} lies in device memory, which has no span; use AsArrayView, or CopyTo and CopyFrom.");
            }

            if (Length > int.MaxValue)
                throw new ParameterException($"{Description} has {Length} numbers, more than a span can; use AsArrayView.");
            memory.AwaitDevice();
            OnViewed();
            return new Span<T>(memory.Host + offset, (int)Length);
        }
    }

    /// <summary>The memory itself, as ILGPU sees it: for kernels of the caller's.</summary>
    /// <typeparam name="T"><see cref="float"/>, <see cref="BFloat16"/> or <see cref="Half"/>, as <see cref="DType"/> says.</typeparam>
    /// <exception cref="ParameterException"><typeparamref name="T"/> is not the storage type.</exception>
    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    [RequiresDynamicCode(CodeNeeds.Ilgpu)]
    [RequiresUnreferencedCode(CodeNeeds.WholeIlgpu)]
    public ArrayView<T> AsArrayView<T>()
        where T : unmanaged
    {
        CheckElement<T>();
        lock (Device.Gate)
        {
            (DeviceMemory memory, long offset) = Locate();
            ArrayView<T> view = memory.View<T>(offset, Length);
            OnViewed();
            return view;
        }
    }

    /// <exception cref="ObjectDisposedException">The memory is gone.</exception>
    private protected abstract void ThrowIfDisposed();

    /// <summary>Finds the memory, allocating it if need be.</summary>
    private protected abstract (DeviceMemory Memory, long Offset) Locate();

    /// <summary>Checks that the numbers may be set.</summary>
    /// <exception cref="ParameterException">They may not now.</exception>
    private protected virtual void CheckWritable()
    {
    }

    /// <summary>Where numbers go that are set, unless they are of the storage type: where more of them is kept than here, if it
    /// is.</summary>
    private protected virtual TensorStorage Exact => this;

    /// <summary>Whether there are numbers that others can be added to.</summary>
    private protected virtual bool IsThere => true;

    /// <summary>Called when the numbers were set.</summary>
    private protected virtual void OnWritten()
    {
    }

    /// <summary>Called when a view was taken, by which the numbers may be written from now on.</summary>
    private protected virtual void OnViewed()
    {
    }

    /// <summary>Copies the numbers of another tensor of the same length, a piece at a time, each when its device's turn comes.</summary>
    internal void CopyFrom(TensorStorage source)
    {
        float[] numbers = ArrayPool<float>.Shared.Rent((int)Math.Min(Length, ChunkLength));
        for (long at = 0; at < Length; at += numbers.Length)
        {
            Span<float> part = numbers.AsSpan(0, (int)Math.Min(numbers.Length, Length - at));
            lock (source.Device.Gate)
                source.ReadPart(at, part);
            lock (Device.Gate)
                WritePart<float>(at, part);
        }

        ArrayPool<float>.Shared.Return(numbers);
    }

    private void CheckLength(long length)
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
