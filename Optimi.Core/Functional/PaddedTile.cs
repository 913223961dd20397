using System.Runtime.CompilerServices;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// The last numbers of a tensor, padded by a copy of the slots whose memory ends with them. So the loops need no tails.
/// </summary>
/// <param name="widths">Bytes of a number in each slot, by <see cref="Slot"/>; 0 if there is no such slot.</param>
/// <param name="slots">Where the numbers lie.</param>
/// <param name="length">How many there are.</param>
/// <param name="paddedLength">How many there are to be.</param>
/// <param name="unpaddedSlots">The slots that end with them, by <see cref="Slot"/>.</param>
/// <param name="memory">Room for the copies: <see cref="Bytes"/>.</param>
internal readonly unsafe ref struct PaddedTile(
    int[] widths, SlotAddresses slots, int length, int paddedLength, int unpaddedSlots, byte* memory)
{
    /// <summary>Bytes of a tile of every slot, each as wide as can be.</summary>
    public const int Bytes = Slot.Count * BytesPerSlot;

    private const int BytesPerSlot = Tile.Length * sizeof(float);

    /// <summary>Copies the numbers in; the padding of copies is zero.</summary>
    /// <returns>Where each slot lies now.</returns>
    public SlotAddresses Load()
    {
        SlotAddresses loaded = slots;
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            if (!IsCopied(slot))
                continue;
            byte* copy = Copy(slot);
            uint bytes = (uint)(length * widths[slot]);
            Unsafe.CopyBlockUnaligned(copy, (void*)slots[slot], bytes);
            Unsafe.InitBlockUnaligned(copy + bytes, 0, (uint)(paddedLength * widths[slot]) - bytes);
            loaded[slot] = (nint)copy;
        }

        return loaded;
    }

    /// <summary>Copies the numbers back, but for the gradient.</summary>
    public void Store()
    {
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            if (IsCopied(slot) && slot != Slot.Gradients)
                Unsafe.CopyBlockUnaligned((void*)slots[slot], Copy(slot), (uint)(length * widths[slot]));
        }
    }

    private bool IsCopied(int slot) => ((unpaddedSlots >> slot) & 1) != 0 && widths[slot] != 0;

    private byte* Copy(int slot) => memory + (slot * BytesPerSlot);
}
