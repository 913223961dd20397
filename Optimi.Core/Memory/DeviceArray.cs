using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Optimi;

/// <summary>An array in the memory of an ILGPU accelerator, made by an <see cref="Allocator"/>.</summary>
/// <typeparam name="T">The element.</typeparam>
internal sealed class DeviceArray<T> : IDisposable
    where T : unmanaged
{
    /// <summary>Lets whoever holds a view hold the device, too, which closes itself when nobody refers to it any more.</summary>
    private static readonly ConditionalWeakTable<MemoryBuffer, AcceleratorSource> _deviceOf = [];

    private readonly ComputeDevice _device;
    private readonly MemoryBuffer1D<T, Stride1D.Dense> _buffer;
    private bool _isDisposed;

    public DeviceArray(ComputeDevice device, MemoryBuffer1D<T, Stride1D.Dense> buffer)
    {
        _device = device;
        _buffer = buffer;
        _deviceOf.Add(buffer, device.Ilgpu);
    }

    /// <summary>How many elements there are.</summary>
    public long Length => _buffer.Length;

    /// <summary>The array.</summary>
    public ArrayView<T> View => _buffer.View.AsContiguous();

    /// <summary>The array as bytes are taken from it.</summary>
    public MemoryBuffer Buffer => _buffer;

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _device.Allocator.OnFreed();
        if (!_device.IsDisposed)
            _buffer.Dispose();
    }
}
