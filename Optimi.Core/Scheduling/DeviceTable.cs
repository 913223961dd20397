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
internal sealed class DeviceTable<T>(ComputeDevice device) : IDisposable
    where T : unmanaged
{
    private const int RingLength = 32;

    private readonly CPUMemoryBuffer[] _ring = new CPUMemoryBuffer[RingLength];
    private readonly long[] _usedAt = new long[RingLength];
    private MemoryBuffer1D<T, Stride1D.Dense>? _buffer;
    private int _next;

    /// <summary>The table.</summary>
    public ArrayView<T> View => _buffer!.View.AsContiguous();

    /// <summary>Queues a copy of the first <paramref name="count"/> entries.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="count">How many of them count.</param>
    public unsafe void Upload(T[] entries, int count)
    {
        if (_buffer is null || _buffer.Length < count)
            Allocate(entries.Length);
        _next = (_next + 1) % RingLength;
        if (_usedAt[_next] == device.Synchronizations)
            device.Synchronize();
        _usedAt[_next] = device.Synchronizations;
        CPUMemoryBuffer staging = _ring[_next];
        entries.AsSpan(0, count).CopyTo(new Span<T>((void*)staging.NativePtr, (int)staging.Length));
        View.CopyFrom(device.Ilgpu.Stream, staging.AsArrayView<T>(0, staging.Length));
    }

    public void Dispose()
    {
        if (device.IsDisposed || _buffer is null)
            return;
        // A copy that is still queued reads staging memory.
        device.Synchronize();
        foreach (CPUMemoryBuffer? staging in _ring)
            staging?.Dispose();
        _buffer.Dispose();
    }

    private void Allocate(int length)
    {
        Dispose();
        _buffer = device.Ilgpu.Accelerator.Allocate1D<T>(length);
        for (int i = 0; i < RingLength; i++)
        {
            _ring[i] = CPUMemoryBuffer.Create(device.Ilgpu.Accelerator, length, Unsafe.SizeOf<T>());
            _usedAt[i] = -1;
        }
    }
}
