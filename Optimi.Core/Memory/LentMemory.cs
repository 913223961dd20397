using System.Buffers;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi;

/// <summary>Memory of one tensor that somebody else owns. It can be other memory from step to step, which costs nothing.</summary>
internal sealed unsafe class LentMemory(ComputeDevice device) : DeviceMemory(device)
{
    private MemoryPlace _place;
    private TensorView _view;
    private MemoryHandle _pin;

    /// <inheritdoc/>
    public override byte* Host => Device.IsHost ? (byte*)_place.At : null;

    /// <summary>Takes memory of the host.</summary>
    public void Take(TensorMemory memory)
    {
        MemoryHandle pin = memory.Pin();
        GiveBack();
        _pin = pin;
        _place = new(null, (nint)pin.Pointer, IsPadded: false);
    }

    /// <summary>Takes memory of the device.</summary>
    public void Take(TensorView memory)
    {
        GiveBack();
        _view = memory;
        _place = memory.PlaceOn(Device);
    }

    /// <summary>Lets go of the memory.</summary>
    public void GiveBack()
    {
        _pin.Dispose();
        _pin = default;
        _view = default;
        _place = default;
    }

    /// <inheritdoc/>
    public override MemoryPlace PlaceAt(long offset) => _place with { At = _place.At + (nint)offset };

    /// <inheritdoc/>
    public override ArrayView<T> View<T>(long offset, long length)
    {
        long bytes = length * Unsafe.SizeOf<T>();
        return (_view.Bytes is ArrayView<byte> view
            ? view.SubView(offset, bytes)
            : Device.AddressSpaceForUsers.AsArrayView<byte>(_place.At + offset, bytes)).Cast<T>();
    }
}
