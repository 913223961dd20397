using System.Buffers;
using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>
/// The memory of a parameter's values or gradient. What is written before the buffer is placed in device memory waits on the
/// host, so that writing does not decide which parameters share a slab.
/// </summary>
internal abstract class ParameterStorage(Parameter parameter, DType dtype) : TensorStorage(dtype, parameter.Length)
{
    /// <summary>How much is copied at once: more than a span can hold is copied in pieces.</summary>
    private const int PieceBytes = 1 << 30;

    private HostAllocation? _early;
    private LentMemory? _lent;
    private bool _isLent;

    /// <summary>Memory that somebody else owns, in place of a slab.</summary>
    public LentMemory? Lent => _isLent ? _lent : null;

    /// <summary>Where it begins, once it is allocated.</summary>
    public MemoryPlace Place => Memory.PlaceAt(Offset);

    /// <summary>Bytes of the numbers, without padding.</summary>
    public long Bytes => Length * DType.Bytes();

    protected Parameter Parameter { get; } = parameter;

    private protected override ComputeDevice Device => Parameter.Buffer.Device;

    /// <summary>The slab, once it is allocated.</summary>
    protected abstract Slab Slab { get; }

    /// <summary>Whether there is a slab.</summary>
    protected abstract bool HasSlab { get; }

    private DeviceMemory Memory => (DeviceMemory?)Lent ?? Slab;

    /// <summary>Where in the memory it begins.</summary>
    private long Offset => Lent is null ? (long)Parameter.FirstTile * DType.TileBytes() : 0;

    /// <summary>Copies the numbers as they are stored, within the device.</summary>
    public void CopyOut(DeviceMemory target, long at) => Memory.CopyTo(Offset, target, at, Bytes);

    /// <summary>Copies the numbers back, as they were stored.</summary>
    public void CopyIn(DeviceMemory source, long at) => source.CopyTo(at, Memory, Offset, Bytes);

    /// <summary>Lies in memory of somebody else from now on, of the host.</summary>
    public void Borrow(TensorMemory memory)
    {
        // What is the caller's own code, and may fail, comes first.
        MemoryHandle pin = memory.Pin();
        Borrow().Take(pin);
    }

    /// <summary>Lies in memory of somebody else from now on, of the device.</summary>
    public void Borrow(TensorView memory)
    {
        MemoryPlace place = memory.PlaceOn(Device);
        Borrow().Take(memory, place);
    }

    /// <summary>Lets go of memory of somebody else.</summary>
    public void GiveBack()
    {
        Lent?.GiveBack();
        _isLent = false;
    }

    /// <summary>Copies what was written early to where it belongs.</summary>
    public unsafe void UploadEarly()
    {
        if (_early is null)
            return;
        for (long at = 0; at < Bytes; at += PieceBytes)
        {
            Slab.Upload(
                Offset + at, new ReadOnlySpan<byte>(_early.Start + at, (int)Math.Min(PieceBytes, Bytes - at)));
        }
    }

    /// <summary>Forgets what was written early.</summary>
    public void ForgetEarly()
    {
        if (_early is not null)
            Device.Allocator.Free(_early);
        _early = null;
    }

    private LentMemory Borrow()
    {
        ForgetEarly();
        _isLent = true;
        return _lent ??= new LentMemory(Device);
    }

    /// <summary>Allocates the slab, if that of a placed parameter is not there yet.</summary>
    protected virtual void Allocate(Transaction transaction)
    {
    }

    private protected override void ThrowIfDisposed() => Parameter.Buffer.ThrowIfDisposed();

    private protected override (DeviceMemory Memory, long Offset) Locate()
    {
        ThrowIfDisposed();
        if (Lent is null && !HasSlab)
        {
            using var transaction = new Transaction();
            Parameter.Buffer.PlaceAll(transaction);
            Allocate(transaction);
            transaction.Commit();
        }

        return (Memory, Offset);
    }

    private protected override unsafe void Write(long offset, ReadOnlySpan<byte> source)
    {
        ThrowIfDisposed();
        if (Lent is not null || Parameter.Place is not null)
        {
            base.Write(offset, source);
            return;
        }

        if (Length == 0)
            return;
        if (_early is null)
        {
            _early = Device.Allocator.AllocateHost(Bytes);
            NativeMemory.Clear(_early.Start, (nuint)Bytes);
        }

        source.CopyTo(new Span<byte>(_early.Start + offset, source.Length));
    }
}
