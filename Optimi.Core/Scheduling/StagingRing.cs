using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Optimi;

/// <summary>
/// Staging buffers from which copies to a device are queued without waiting. A buffer comes round again only when the device has been
/// waited for since.
/// </summary>
/// <typeparam name="T">The entry.</typeparam>
internal sealed class StagingRing<T> : IDisposable
    where T : unmanaged
{
    private const int Length = 32;

    private readonly ComputeDevice _device;
    private readonly HostAllocation _memory;
    private readonly StagingBuffer[] _buffers = new StagingBuffer[Length];
    private readonly long[] _usedAt = new long[Length];
    private long _heldAt = -1;
    private int _next;

    /// <summary>Makes buffers.</summary>
    /// <param name="device">The device.</param>
    /// <param name="entries">How many entries each has room for.</param>
    /// <exception cref="DeviceException">There is no memory left.</exception>
    public unsafe StagingRing(ComputeDevice device, int entries)
    {
        _device = device;
        long bytes = (long)entries * Unsafe.SizeOf<T>();
        _memory = device.Allocator.AllocateHost(Length * bytes);
        for (int i = 0; i < Length; i++)
        {
            _buffers[i] = new StagingBuffer((nint)(_memory.Start + (i * bytes)), entries, Unsafe.SizeOf<T>());
            _usedAt[i] = -1;
        }
    }

    /// <summary>Queues a copy.</summary>
    /// <param name="entries">The entries, no more than a buffer has room for.</param>
    /// <param name="target">Where they go, as many.</param>
    public unsafe void Upload(ReadOnlySpan<T> entries, ArrayView<T> target)
    {
        _next = (_next + 1) % Length;
        if (_usedAt[_next] >= 0 && !_device.HasPassed(_usedAt[_next]))
            _device.Synchronize();
        _usedAt[_next] = _device.Moment;
        if (_heldAt != _device.Synchronizations)
            _device.Ilgpu.Hold(_memory);
        _heldAt = _device.Synchronizations;
        StagingBuffer staging = _buffers[_next];
        staging.Limit(entries.Length);
        entries.CopyTo(new Span<T>((void*)staging.NativePtr, entries.Length));
        target.CopyFrom(_device.Ilgpu.Stream, staging.AsArrayView<T>(0, entries.Length));
    }

    public void Dispose()
    {
        if (!_device.Ilgpu.IsClosed)
        {
            // A copy that is still queued reads the memory.
            _device.Synchronize();
            foreach (StagingBuffer buffer in _buffers)
                buffer.Dispose();
        }

        _device.Allocator.Free(_memory);
    }
}
