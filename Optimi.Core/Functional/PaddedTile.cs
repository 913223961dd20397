using System.Runtime.CompilerServices;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// The last tile of a tensor, padded to its full length by a copy of the slots whose memory ends before. So the loops need no tails.
/// </summary>
/// <param name="layout">The slots.</param>
/// <param name="tile">Where each slot of the tile lies.</param>
/// <param name="length">How many numbers of the tile are the tensor's.</param>
/// <param name="unpaddedSlots">The slots that end with them, by <see cref="Slot"/>.</param>
/// <param name="memory">Room for the copies: <see cref="Bytes"/>.</param>
internal readonly unsafe ref struct PaddedTile(
    SlotLayout layout, SlotAddresses tile, int length, int unpaddedSlots, byte* memory)
{
    /// <summary>Bytes of a tile of every slot, each as wide as can be.</summary>
    public const int Bytes = Slot.Count * BytesPerSlot;

    private const int BytesPerSlot = Tile.Length * sizeof(float);

    /// <summary>Copies the tile's numbers in; the padding of copies is zero.</summary>
    /// <returns>Where each slot lies now.</returns>
    public SlotAddresses Load()
    {
        SlotAddresses slots = tile;
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            if (!IsCopied(slot))
                continue;
            slots[slot] = (nint)Copy(slot);
            int bytes = BytesOf(slot);
            Unsafe.CopyBlockUnaligned(Copy(slot), (void*)tile[slot], (uint)bytes);
            Unsafe.InitBlockUnaligned(Copy(slot) + bytes, 0, (uint)(layout.TileBytes(slot) - bytes));
        }

        return slots;
    }

    /// <summary>Copies the numbers back, but for the gradient.</summary>
    public void Store()
    {
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            if (IsCopied(slot) && slot != Slot.Gradients)
                Unsafe.CopyBlockUnaligned((void*)tile[slot], Copy(slot), (uint)BytesOf(slot));
        }
    }

    private bool IsCopied(int slot) => ((unpaddedSlots >> slot) & 1) != 0 && layout[slot] is not null;

    private int BytesOf(int slot) => length * layout.TileBytes(slot) / Tile.Length;

    private byte* Copy(int slot) => memory + (slot * BytesPerSlot);
}
