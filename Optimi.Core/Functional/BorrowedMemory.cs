using ILGPU;
using Optimi.Kernels;

namespace Optimi;

/// <summary>One tensor in device memory that the caller owns: other memory each time, but always as long.</summary>
internal sealed class BorrowedMemory : LaunchMemory
{
    private Slabs<SlotMemory> _slots;
    private bool _isAligned;

    public BorrowedMemory(ComputeDevice device, SlotLayout layout, long length)
        : base(device, layout, [TensorExtent.Of(0, length)])
    {
        for (int i = 0; i < Tiles.Length; i++)
            Tiles[i] = new Tile(i, i, 0);
    }

    public override bool IsPadded => false;

    public override int WholeTiles
    {
        get
        {
            if (!_isAligned)
                return 0;
            return Extents[0].LastTileLength == Tile.Length ? Tiles.Length : Tiles.Length - 1;
        }
    }

    public override Slabs<SlotMemory> Slots => _slots;

    /// <summary>Takes the memory of the next step.</summary>
    public void Borrow(ReadOnlySpan<TensorView> slots)
    {
        _isAligned = true;
        for (int slot = 0; slot < slots.Length; slot++)
            _isAligned &= slots[slot].Length == 0 || IsAligned(slots[slot].Bytes, AlignmentOf(slot));
        SlotMemory values = Of(slots[Slot.Values]);
        _slots = new()
        {
            Values = values,
            Gradients = Of(slots[Slot.Gradients]),
            Compensation = Or(slots[Slot.Compensation]),
            State0 = Or(slots[Slot.FirstState]),
            State1 = Or(slots[Slot.FirstState + 1]),
            State2 = Or(slots[Slot.FirstState + 2]),
            State3 = Or(slots[Slot.FirstState + 3]),
        };

        SlotMemory Or(TensorView slot) => slot.Length == 0 ? values : Of(slot);
    }

    /// <summary>Forgets the memory, which is its owner's to free.</summary>
    public void GiveBack() => _slots = default;

    private static SlotMemory Of(TensorView slot) => new(slot.Bytes, 0);

    /// <summary>Bytes that kernels move at once: of a unit, that is a word, or two beside parameters of half the width; or a quad.</summary>
    private int AlignmentOf(int slot) => Device.Shape == KernelShape.Quad
        ? Quad.Length * sizeof(uint)
        : sizeof(uint) * Layout[slot]!.Value.Bytes() / Layout.Value.Bytes();

    /// <summary>Whether a view can be seen as larger pieces. OpenCL's buffers are aligned, and have no addresses.</summary>
    private bool IsAligned<TView>(TView view, int alignment)
        where TView : struct, IContiguousArrayView =>
        view.IndexInBytes % alignment == 0 && (Device.Kind == DeviceKind.OpenCL || view.Buffer.NativePtr % alignment == 0);
}
