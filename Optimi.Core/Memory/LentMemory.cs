using System.Buffers;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi;

/// <summary>Memory of one tensor that somebody else owns. It can be other memory from step to step, which costs nothing.</summary>
internal sealed unsafe class LentMemory(ComputeDevice device) : DeviceMemory(device)
{
    private const int ZerosLength = 1 << 16;

    private static readonly byte[] _zeros = new byte[ZerosLength];

    private MemoryPlace _place;
    private ArrayView<byte>? _view;
    private MemoryHandle _pin;
    private bool _isPinned;

    /// <inheritdoc/>
    public override byte* Host => Device.IsHost ? (byte*)_place.At : null;

    /// <summary>Lets go of arrays that nobody has given back.</summary>
    ~LentMemory() => _pin.Dispose();

    /// <summary>Takes memory of the host, which is pinned already.</summary>
    public void Take(MemoryHandle pin)
    {
        LetGo();
        (_pin, _isPinned) = (pin, true);
        _place = new(null, (nint)pin.Pointer, IsPadded: false);
    }

    /// <summary>Takes memory of the device.</summary>
    public void Take(TensorView memory, MemoryPlace place)
    {
        LetGo();
        if (memory.Bytes is ArrayView<byte> bytes)
            _view = bytes;
        _place = place;
    }

    /// <summary>Lets go of the memory.</summary>
    public void GiveBack()
    {
        LetGo();
        _place = default;
    }

    /// <inheritdoc/>
    /// <remarks>On OpenCL zeros are copied in: ILGPU sets other memory than it is told in buffers of larger elements than bytes.</remarks>
    public override void Clear(long offset, long bytes)
    {
        if (Device.HasAddresses)
        {
            base.Clear(offset, bytes);
            return;
        }

        for (long at = 0; at < bytes; at += ZerosLength)
            Upload(offset + at, _zeros.AsSpan(0, (int)Math.Min(ZerosLength, bytes - at)));
    }

    /// <inheritdoc/>
    public override MemoryPlace PlaceAt(long offset) => _place with { At = _place.At + (nint)offset };

    /// <inheritdoc/>
    public override ArrayView<T> View<T>(long offset, long length)
    {
        long bytes = length * Unsafe.SizeOf<T>();
        return (_view is ArrayView<byte> view
            ? view.SubView(offset, bytes)
            : Device.AddressSpaceForUsers.AsArrayView<byte>(_place.At + offset, bytes)).Cast<T>();
    }

    private void Unpin()
    {
        _pin.Dispose();
        (_pin, _isPinned) = (default, false);
    }

    private void LetGo()
    {
        if (_isPinned)
            Unpin();
        if (_view is not null)
            _view = null;
    }
}
