using ILGPU.Runtime;

namespace Optimi;

/// <summary>
/// Brings numbers back from a device while it goes on with what is queued behind them. Whoever asks for them waits for them alone. Of
/// memory that is the host's there is nothing to bring.
/// </summary>
internal sealed unsafe class Readback : IDisposable
{
    private readonly ComputeDevice _device;
    private readonly int _count;
    private readonly HostAllocation? _memory;
    private readonly StagingBuffer? _staging;
    private readonly PageLockScope<int>? _lock;
    private readonly DeviceMarker? _marker;
    private DeviceArray<int>? _numbers;
    private bool _isQueued;
    private long _heldAt = -1;
    private long _mark;

    /// <param name="device">The device.</param>
    /// <param name="count">How many numbers.</param>
    /// <exception cref="DeviceException">There is no memory left.</exception>
    public Readback(ComputeDevice device, int count)
    {
        _device = device;
        _count = count;
        if (device.IsHost)
            return;
        _memory = device.Allocator.AllocateHost((long)count * sizeof(int));
        using ContextScope current = device.Ilgpu.Enter();
        _staging = new StagingBuffer((nint)_memory.Start, count, sizeof(int));
        // From other memory CUDA would wait for the copy.
        _lock = device.Ilgpu.Accelerator.CreatePageLockFromPinned<int>((nint)_memory.Start, count);
        _marker = DeviceMarker.On(device);
    }

    /// <summary>Queues the copy.</summary>
    public void Queue(DeviceArray<int> numbers)
    {
        _numbers = numbers;
        if (_marker is null)
            return;
        if (_heldAt != _device.Synchronizations)
            _device.Ilgpu.Hold(_memory!);
        _heldAt = _device.Synchronizations;
        numbers.View.CopyTo(_device.Ilgpu.Stream, _staging!.AsArrayView<int>(0, _count));
        _marker.Record();
        _mark = _device.Mark();
        _isQueued = true;
    }

    /// <summary>The numbers, once they are there.</summary>
    public ReadOnlySpan<int> Await()
    {
        if (_marker is null)
            return _numbers!.Host;
        if (_isQueued)
        {
            using ContextScope current = _device.Ilgpu.Enter();
            _marker.Wait();
            _device.Passed(_mark);
            _isQueued = false;
        }

        return new(_memory!.Start, _count);
    }

    public void Dispose()
    {
        if (_memory is null)
            return;
        if (!_device.Ilgpu.IsClosed)
        {
            using ContextScope current = _device.Ilgpu.Enter();
            _device.Synchronize();
            _marker!.Dispose();
            _lock!.Dispose();
            _staging!.Dispose();
        }

        _device.Allocator.Free(_memory);
    }
}
