using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace Optimi;

/// <summary>
/// A table in device memory that steps write anew. Copies are queued without waiting, from a ring of staging buffers; a buffer
/// comes round again only when the device has been waited for since.
/// </summary>
/// <typeparam name="T">The entry.</typeparam>
internal sealed class DeviceTable<T> : IDisposable
    where T : unmanaged
{
    private const int RingLength = 32;

    private readonly ComputeDevice _device;
    private readonly long[] _usedAt = new long[RingLength];
    private DeviceArray<T> _entries;
    private HostAllocation _staging;
    private CPUMemoryBuffer[] _ring;
    private int _next;

    /// <summary>Makes a table.</summary>
    /// <param name="device">The device.</param>
    /// <param name="length">How many entries there is room for.</param>
    /// <exception cref="DeviceException">The device has no memory left.</exception>
    public DeviceTable(ComputeDevice device, int length)
    {
        _device = device;
        (_entries, _staging, _ring) = Allocate(length);
        Array.Fill(_usedAt, -1);
    }

    /// <summary>The table.</summary>
    public ArrayView<T> View => _entries.View;

    /// <summary>Makes room for entries; what is there is lost if there was too little.</summary>
    /// <exception cref="DeviceException">The device has no memory left; the table stays as it was.</exception>
    public void Reserve(int length)
    {
        if (_entries.Length >= length)
            return;
        (DeviceArray<T> entries, HostAllocation staging, CPUMemoryBuffer[] ring) = Allocate(length);
        Dispose();
        (_entries, _staging, _ring) = (entries, staging, ring);
        Array.Fill(_usedAt, -1);
    }

    /// <summary>Queues a copy of the first <paramref name="count"/> entries, for which there is room.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="count">How many of them count.</param>
    public unsafe void Upload(T[] entries, int count)
    {
        _next = (_next + 1) % RingLength;
        if (_usedAt[_next] == _device.Synchronizations)
            _device.Synchronize();
        _usedAt[_next] = _device.Synchronizations;
        CPUMemoryBuffer staging = _ring[_next];
        entries.AsSpan(0, count).CopyTo(new Span<T>((void*)staging.NativePtr, (int)staging.Length));
        View.CopyFrom(_device.Ilgpu.Stream, staging.AsArrayView<T>(0, staging.Length));
    }

    public void Dispose()
    {
        if (!_device.IsDisposed)
        {
            // A copy that is still queued reads staging memory.
            _device.Synchronize();
            foreach (CPUMemoryBuffer staging in _ring)
                staging.Dispose();
        }

        _entries.Dispose();
        _device.Allocator.Free(_staging);
    }

    private unsafe (DeviceArray<T> Entries, HostAllocation Staging, CPUMemoryBuffer[] Ring) Allocate(int length)
    {
        using var transaction = new Transaction();
        DeviceArray<T> entries = transaction.Add(_device.Allocator.Allocate<T>(length));
        long bytes = (long)length * Unsafe.SizeOf<T>();
        HostAllocation staging = _device.Allocator.AllocateHost(RingLength * bytes);
        transaction.OnRollback(() => _device.Allocator.Free(staging));
        // OpenCL copies the whole host buffer whatever the view, so each is made to measure.
        var ring = new CPUMemoryBuffer[RingLength];
        for (int i = 0; i < RingLength; i++)
        {
            ring[i] = CPUMemoryBuffer.Create(
                _device.Ilgpu.Accelerator, (nint)(staging.Start + (i * bytes)), length, Unsafe.SizeOf<T>());
        }

        transaction.Commit();
        return (entries, staging, ring);
    }
}
