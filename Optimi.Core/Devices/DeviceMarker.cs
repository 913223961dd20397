using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Optimi;

/// <summary>A place in a device's stream that can be waited for, without waiting for what is queued behind it. It is used again and again,
/// and allocates nothing.</summary>
internal abstract class DeviceMarker : IDisposable
{
    /// <summary>Makes a marker.</summary>
    /// <param name="device">The device, which is no host.</param>
    public static DeviceMarker On(ComputeDevice device) => device.Ilgpu.Stream switch
    {
        CudaStream stream => new OfCuda(stream),
        CLStream stream => new OfOpenCL(stream),
        _ => new OfStream(device),
    };

    /// <summary>Puts it behind what is queued so far.</summary>
    public abstract void Record();

    /// <summary>Waits until the device has come to it.</summary>
    public abstract void Wait();

    public abstract void Dispose();

    private sealed class OfCuda : DeviceMarker
    {
        private readonly CudaStream _stream;
        private readonly nint _event;

        public OfCuda(CudaStream stream)
        {
            _stream = stream;
            CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.CreateEvent(out _event, CudaEventFlags.CU_EVENT_DISABLE_TIMING));
        }

        public override void Record() =>
            CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.RecordEvent(_event, _stream.StreamPtr));

        public override void Wait() => CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.SynchronizeEvent(_event));

        public override void Dispose() => CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.DestroyEvent(_event));
    }

    private sealed unsafe class OfOpenCL(CLStream stream) : DeviceMarker
    {
        private nint _event;

        public override void Record()
        {
            Release();
            nint recorded = 0;
            CLException.ThrowIfFailed(EnqueueBarrierWithWaitList(CLAPI.CurrentAPI, stream.CommandQueue, [], &recorded));
            _event = recorded;
        }

        public override void Wait() => CLException.ThrowIfFailed(WaitForEvents(CLAPI.CurrentAPI, new ReadOnlySpan<nint>(ref _event)));

        public override void Dispose() => Release();

        private void Release()
        {
            if (_event != 0)
                CLException.ThrowIfFailed(ReleaseEvent(CLAPI.CurrentAPI, _event));
            _event = 0;
        }

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "EnqueueBarrierWithWaitList")]
        private static extern CLError EnqueueBarrierWithWaitList(CLAPI api, nint queue, nint[] waitEvents, nint* resultEvent);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "WaitForEvents")]
        private static extern CLError WaitForEvents(CLAPI api, ReadOnlySpan<nint> events);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ReleaseEvent")]
        private static extern CLError ReleaseEvent(CLAPI api, nint released);
    }

    private sealed class OfStream(ComputeDevice device) : DeviceMarker
    {
        public override void Record()
        {
        }

        public override void Wait() => device.Synchronize();

        public override void Dispose()
        {
        }
    }
}
