using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// A copy of a tensor's last tile that is padded to its full length, where the tensor's own memory ends before. So the loops need no
/// tails.
/// </summary>
/// <param name="layout">The slots.</param>
/// <param name="tensor">The tensor's memory.</param>
/// <param name="extent">The tensor, by itself.</param>
/// <param name="memory">Room for the copy: <see cref="Bytes"/>.</param>
internal readonly unsafe ref struct PaddedTile(SlotLayout layout, SlotAddresses tensor, TensorExtent extent, byte* memory)
{
    /// <summary>Bytes of a tile of every slot, each as wide as can be.</summary>
    public const int Bytes = Slot.Count * BytesPerSlot;

    private const int BytesPerSlot = Tile.Length * sizeof(float);

    /// <summary>Where the copy of each slot lies.</summary>
    public SlotAddresses Slots
    {
        get
        {
            SlotAddresses slots = default;
            for (int slot = 0; slot < Slot.Count; slot++)
                slots[slot] = (nint)(memory + (slot * BytesPerSlot));
            return slots;
        }
    }

    /// <summary>Copies the tile's numbers in; the padding is zero.</summary>
    public void Load()
    {
        new Span<byte>(memory, Bytes).Clear();
        for (int slot = 0; slot < Slot.Count; slot++)
            Original(slot).CopyTo(Copy(slot));
    }

    /// <summary>Copies the numbers back, but for the gradient.</summary>
    public void Store()
    {
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            if (slot != Slot.Gradients)
                Copy(slot).CopyTo(Original(slot));
        }
    }

    private Span<byte> Original(int slot)
    {
        int width = layout[slot]?.Bytes() ?? 0;
        long at = (extent.TileCount - 1L) * Tile.Length * width;
        return new((byte*)tensor[slot] + at, extent.LastTileLength * width);
    }

    private Span<byte> Copy(int slot) =>
        new(memory + (slot * BytesPerSlot), extent.LastTileLength * (layout[slot]?.Bytes() ?? 0));
}
