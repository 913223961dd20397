using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
            Clear(copy, paddedLength * widths[slot]);
            Move((byte*)slots[slot], copy, length * widths[slot]);
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
                Move(Copy(slot), (byte*)slots[slot], length * widths[slot]);
        }
    }

    private bool IsCopied(int slot) => ((unpaddedSlots >> slot) & 1) != 0 && widths[slot] != 0;

    private byte* Copy(int slot) => memory + (slot * BytesPerSlot);

    /// <summary>Sets to zero, up to a multiple of 16 bytes, for which there is room.</summary>
    private static void Clear(byte* memory, int bytes)
    {
        for (int at = 0; at < bytes; at += sizeof(Vector128<byte>))
            Vector128.Store(Vector128<byte>.Zero, memory + at);
    }

    /// <summary>Copies bytes, an even number. Most are less than a vector, of thousands of tensors in a step: then two moves that overlap
    /// take a fraction of a call's time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move(byte* from, byte* to, int bytes)
    {
        if (bytes > 2 * sizeof(Vector128<byte>))
            Unsafe.CopyBlockUnaligned(to, from, (uint)bytes);
        else if (bytes >= sizeof(Vector128<byte>))
            MoveTwo<Vector128<byte>>(from, to, bytes);
        else if (bytes >= sizeof(ulong))
            MoveTwo<ulong>(from, to, bytes);
        else if (bytes >= sizeof(uint))
            MoveTwo<uint>(from, to, bytes);
        else
            MoveTwo<ushort>(from, to, bytes);
    }

    /// <summary>Copies the first bytes and the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MoveTwo<T>(byte* from, byte* to, int bytes)
        where T : unmanaged
    {
        int last = bytes - sizeof(T);
        T first = Unsafe.ReadUnaligned<T>(from);
        T second = Unsafe.ReadUnaligned<T>(from + last);
        Unsafe.WriteUnaligned(to, first);
        Unsafe.WriteUnaligned(to + last, second);
    }
}
