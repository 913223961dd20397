using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Optimi;

/// <summary>
/// A contiguous piece of device memory that never moves. On the host it is memory of our own, wrapped for ILGPU, which aligns its own
/// to 16 bytes only; elsewhere it is ILGPU's. If nobody disposes of it, the garbage collector frees it.
/// </summary>
internal sealed unsafe class Slab : DeviceMemory, IDisposable
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
        : base(device)
    {
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

    /// <inheritdoc/>
    public override byte* Host => _host is null ? null : _host.Start + _start;

    /// <summary>The allocation as ILGPU sees it; of the host's memory, which steps without an accelerator, made when it is first asked
    /// for.</summary>
    private MemoryBuffer Buffer =>
        _array?.Buffer ?? (_forUsers ??= new HostBuffer(_host!, _allocated, sizeof(byte), Device.Ilgpu));

    /// <inheritdoc/>
    public override MemoryPlace PlaceAt(long offset)
    {
        if (_array is null)
            return new(null, (nint)(Host + offset), IsPadded: true);
        nint at = (nint)(_start + offset);
        return Device.HasAddresses ? new(null, _array.Buffer.NativePtr + at, IsPadded: true) : new(_array.Buffer, at, IsPadded: true);
    }

    /// <inheritdoc/>
    public override ArrayView<T> View<T>(long offset, long length) =>
        Buffer.AsArrayView<byte>(_start + offset, length * Unsafe.SizeOf<T>()).Cast<T>();

    public void Dispose()
    {
        _array?.Dispose();
        if (!Device.IsDisposed)
            _forUsers?.Dispose();
        if (_host is not null)
            Device.Allocator.Free(_host);
    }

    /// <summary>
    /// How many bytes further each slot starts in its allocation. Systems align large allocations alike, and a step walks all slots
    /// side by side: at the same place of a page they would fight for the same lines of the nearest cache, and at the same place of
    /// larger pieces for the outer caches and the banks of memory, and lose up to half of the speed.
    /// </summary>
    /// <param name="bytes">The size of the slab.</param>
    private static int ApartOf(long bytes) => bytes < LargeBytes ? Alignment : FarApart;
}
