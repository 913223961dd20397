using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;

namespace Optimi.Tests;

/// <summary>What PyTorch or cuBLAS is to Optimi: another library in the primary context of the first CUDA device, with memory and
/// streams of its own. The context is current on the thread until this is disposed of.</summary>
internal sealed class OtherLibrary : IDisposable
{
    private const long WorkBytes = 1L << 30;

    private const int Repetitions = 600;

    private static readonly CudaDriver _driver = CudaDriver.Instance;
    private static readonly CudaAPI _cuda = CudaAPI.CurrentAPI;

    private readonly List<nint> _memory = [];
    private readonly List<nint> _streams = [];
    private readonly List<nint> _events = [];

    public OtherLibrary()
    {
        Context = _driver.RetainPrimary(0);
        _driver.Push(Context);
    }

    /// <summary>The primary context.</summary>
    public nint Context { get; }

    /// <summary>Allocates memory of zeros.</summary>
    public nint Allocate(long bytes)
    {
        CudaException.ThrowIfFailed(_cuda.AllocateMemory(out nint address, (nint)bytes));
        _memory.Add(address);
        Fill(address, 0, bytes, stream: 0);
        CudaException.ThrowIfFailed(_cuda.SynchronizeContext());
        return address;
    }

    /// <summary>A stream that does not wait for the null stream.</summary>
    public nint CreateStream()
    {
        CudaException.ThrowIfFailed(Create(_cuda, out nint stream, StreamFlags.CU_STREAM_NON_BLOCKING));
        _streams.Add(stream);
        return stream;
    }

    /// <summary>Queues that all bytes be set.</summary>
    public static void Fill(nint address, byte value, long bytes, nint stream) =>
        CudaException.ThrowIfFailed(_cuda.Memset(address, value, (nint)bytes, stream));

    /// <summary>Queues work that takes a tenth of a second or more.</summary>
    public void Work(nint stream)
    {
        nint memory = Allocate(WorkBytes);
        for (int i = 0; i < Repetitions; i++)
            Fill(memory, (byte)i, WorkBytes, stream);
    }

    /// <summary>Queues a mark.</summary>
    public nint Mark(nint stream)
    {
        CudaException.ThrowIfFailed(_cuda.CreateEvent(out nint mark, CudaEventFlags.CU_EVENT_DISABLE_TIMING));
        _events.Add(mark);
        CudaException.ThrowIfFailed(_cuda.RecordEvent(mark, stream));
        return mark;
    }

    /// <summary>Whether the device has come to a mark.</summary>
    public static bool HasReached(nint mark) => _cuda.QueryEvent(mark) == CudaError.CUDA_SUCCESS;

    /// <summary>Copies numbers in, and waits for it.</summary>
    public static unsafe void Write(nint address, float[] numbers)
    {
        fixed (float* from = numbers)
            Copy(address, (nint)from, numbers.Length);
    }

    /// <summary>Copies numbers out, after all work that was queued on any stream.</summary>
    public static unsafe float[] Read(nint address, int length)
    {
        CudaException.ThrowIfFailed(_cuda.SynchronizeContext());
        var numbers = new float[length];
        fixed (float* to = numbers)
            Copy((nint)to, address, length);
        return numbers;
    }

    public void Dispose()
    {
        CudaException.ThrowIfFailed(_cuda.SynchronizeContext());
        foreach (nint mark in _events)
            CudaException.ThrowIfFailed(_cuda.DestroyEvent(mark));
        foreach (nint stream in _streams)
            CudaException.ThrowIfFailed(_cuda.DestroyStream(stream));
        foreach (nint address in _memory)
            CudaException.ThrowIfFailed(_cuda.FreeMemory(address));
        _driver.Pop();
        _driver.ReleasePrimary(0);
    }

    private static void Copy(nint to, nint from, int length)
    {
        CudaException.ThrowIfFailed(_cuda.MemcpyAsync(to, from, length * sizeof(float), null));
        CudaException.ThrowIfFailed(_cuda.SynchronizeContext());
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "CreateStream")]
    private static extern CudaError Create(CudaAPI cuda, out nint stream, StreamFlags flags);
}
