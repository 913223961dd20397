using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Optimi;

/// <summary>An array in a device's memory as ILGPU sees it, made by an <see cref="Allocator"/>. On the host it needs no accelerator.</summary>
/// <typeparam name="T">The element.</typeparam>
internal sealed class DeviceArray<T> : IDisposable
    where T : unmanaged
{
    private readonly ComputeDevice _device;
    private readonly HostAllocation? _host;
    private readonly MemoryPressure? _pressure;
    private bool _isDisposed;

    /// <summary>An array in the memory of an accelerator.</summary>
    public DeviceArray(ComputeDevice device, MemoryBuffer buffer)
    {
        _device = device;
        Buffer = buffer;
        _pressure = new MemoryPressure(buffer.LengthInBytes, device.Allocator.Held);
    }

    /// <summary>An array in the host's memory.</summary>
    public DeviceArray(ComputeDevice device, HostAllocation host, long length)
    {
        _device = device;
        _host = host;
        Buffer = new HostBuffer(host, length, Unsafe.SizeOf<T>());
    }

    /// <summary>How many elements there are.</summary>
    public long Length => Buffer.Length;

    /// <summary>The array.</summary>
    public ArrayView<T> View => Buffer.AsArrayView<T>(0, Length);

    /// <summary>The array, for views of parts of it.</summary>
    public MemoryBuffer Buffer { get; }

    /// <summary>The array, if it is the host's.</summary>
    public unsafe Span<T> Host => new(_host!.Start, checked((int)Length));

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (_host is not null || !_device.Ilgpu.IsClosed)
        {
            using ContextScope current = _device.Ilgpu.Enter();
            Buffer.Dispose();
        }

        _host?.Dispose();
        _pressure?.Dispose();
        _device.Allocator.OnFreed();
    }
}
