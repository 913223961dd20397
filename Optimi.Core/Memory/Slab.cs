using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Optimi;

/// <summary>
/// A contiguous piece of device memory that never moves. On the host it is memory of our own, wrapped for ILGPU, which aligns its own
/// to 16 bytes only; elsewhere it is ILGPU's. If nobody disposes of it, the garbage collector frees it.
/// </summary>
internal sealed unsafe class Slab : IDisposable
{
    /// <summary>The most that a slab allocates beyond its bytes.</summary>
    public const int MaxReserve = (OtherSlots * FarApart) + Alignment;

    private const int OtherSlots = Slot.Count - 1;

    private const int Alignment = 512;

    /// <summary>What is far enough that memory and its caches take slabs for different places, and little beside a large slab.</summary>
    private const int FarApart = (128 << 10) + Alignment;

    private const long LargeBytes = 8 << 20;

    /// <summary>A view holds its buffer; the buffer holds the device here, which would close itself otherwise.</summary>
    private static readonly ConditionalWeakTable<MemoryBuffer, AcceleratorSource> _deviceOf = [];

    private readonly ComputeDevice _device;
    private readonly long _allocated;
    private readonly long _start;
    private readonly HostAllocation? _host;
    private readonly DeviceArray<byte>? _array;
    private HostBuffer? _forUsers;

    /// <summary>Allocates zeroed memory.</summary>
    /// <param name="device">The device.</param>
    /// <param name="bytes">How much.</param>
    /// <param name="slot">Which slot it is for, by <see cref="Slot"/>. It decides where in its allocation the slab starts, by
    /// <see cref="ApartOf"/>.</param>
    /// <exception cref="DeviceException">The device has not got it.</exception>
    public Slab(ComputeDevice device, long bytes, int slot)
    {
        _device = device;
        Bytes = bytes;
        int apart = ApartOf(bytes);
        _start = slot * apart;
        // The same for all slots, or what comes before a slab in memory would undo what its own start does.
        // A little more, so that a view of nothing at the end lies within.
        _allocated = bytes + (OtherSlots * apart) + Alignment;
        if (device.IsHost)
        {
            _host = device.Allocator.AllocateHost(_allocated);
            NativeMemory.Clear(Host, (nuint)bytes);
        }
        else
        {
            _array = device.Allocator.Allocate<byte>(
                _allocated, array => array.View.MemSetToZero(device.Ilgpu.Stream));
            _deviceOf.Add(_array.Buffer, device.Ilgpu);
        }
    }

    /// <summary>Bytes allocated.</summary>
    public long Bytes { get; }

    /// <summary>Where the slab lies in host memory; null on other devices.</summary>
    public byte* Host => _host is null ? null : _host.Start + _start;

    /// <summary>The allocation as ILGPU sees it; of the host's memory, which steps without an accelerator, made when it is first asked
    /// for.</summary>
    private MemoryBuffer Buffer =>
        _array?.Buffer ?? (_forUsers ??= new HostBuffer(_host!, _allocated, sizeof(byte), _device.Ilgpu));

    /// <summary>A place in the slab, as launches know it.</summary>
    /// <param name="offset">Where, in bytes.</param>
    public MemoryPlace PlaceAt(long offset)
    {
        if (_array is null)
            return new(null, (nint)(Host + offset), IsPadded: true);
        nint at = (nint)(_start + offset);
        return _device.HasAddresses ? new(null, _array.Buffer.NativePtr + at, IsPadded: true) : new(_array.Buffer, at, IsPadded: true);
    }

    /// <summary>A part of the slab as ILGPU sees it, for users.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="offset">Where it starts, in bytes.</param>
    /// <param name="length">How many elements.</param>
    public ArrayView<T> View<T>(long offset, long length)
        where T : unmanaged =>
        Buffer.AsArrayView<byte>(_start + offset, length * Unsafe.SizeOf<T>()).Cast<T>();

    /// <summary>Copies into the slab; the source may be reused when this returns.</summary>
    /// <param name="offset">Where to put it, in bytes.</param>
    /// <param name="source">What to copy.</param>
    public void Upload(long offset, ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty)
            return;
        if (_device.IsHost)
        {
            _device.Synchronize();
            source.CopyTo(new Span<byte>(Host + offset, source.Length));
            GC.KeepAlive(this);
            return;
        }

        using ContextScope current = _device.Ilgpu.Enter();
        fixed (byte* pointer = source)
        {
            using var staging = new StagingBuffer((nint)pointer, source.Length, sizeof(byte));
            View<byte>(offset, source.Length).CopyFrom(_device.Ilgpu.Stream, staging.AsArrayView<byte>(0, source.Length));
            _device.Synchronize();
        }
    }

    /// <summary>Copies out of the slab, after all work queued so far.</summary>
    /// <param name="offset">Where to start, in bytes.</param>
    /// <param name="destination">Where to put it.</param>
    public void Download(long offset, Span<byte> destination)
    {
        if (destination.IsEmpty)
            return;
        if (_device.IsHost)
        {
            _device.Synchronize();
            new Span<byte>(Host + offset, destination.Length).CopyTo(destination);
            GC.KeepAlive(this);
            return;
        }

        using ContextScope current = _device.Ilgpu.Enter();
        fixed (byte* pointer = destination)
        {
            using var staging = new StagingBuffer((nint)pointer, destination.Length, sizeof(byte));
            View<byte>(offset, destination.Length).CopyTo(_device.Ilgpu.Stream, staging.AsArrayView<byte>(0, destination.Length));
            _device.Synchronize();
        }
    }

    /// <summary>Waits until all work queued so far has taken place.</summary>
    public void AwaitDevice() => _device.Synchronize();

    /// <summary>Sets a range of bytes to zero.</summary>
    public void Clear(long offset, long bytes)
    {
        if (bytes == 0)
            return;
        if (!_device.IsHost)
        {
            using ContextScope current = _device.Ilgpu.Enter();
            View<byte>(offset, bytes).MemSetToZero(_device.Ilgpu.Stream);
            return;
        }

        AwaitDevice();
        NativeMemory.Clear(Host + offset, (nuint)bytes);
        GC.KeepAlive(this);
    }

    public void Dispose()
    {
        _array?.Dispose();
        if (!_device.IsDisposed)
            _forUsers?.Dispose();
        if (_host is not null)
            _device.Allocator.Free(_host);
    }

    /// <summary>
    /// How many bytes further each slot starts in its allocation. Systems align large allocations alike, and a step walks all slots
    /// side by side: at the same place of a page they would fight for the same lines of the nearest cache, and at the same place of
    /// larger pieces for the outer caches and the banks of memory, and lose up to half of the speed.
    /// </summary>
    /// <param name="bytes">The size of the slab.</param>
    private static int ApartOf(long bytes) => bytes < LargeBytes ? Alignment : FarApart;
}
