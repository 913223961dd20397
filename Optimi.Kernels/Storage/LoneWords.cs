using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>Reads and writes lone numbers of 1, 2 or 4 bytes.</summary>
internal static class LoneWords
{
    /// <summary>Reads a number, with zeros above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LoneWord<TLane> Load<TLane, TWords>(in TWords words, int number, int bytes)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        if (bytes == sizeof(uint))
            return new(words.Load(number));
        if (bytes == sizeof(ushort))
            return new(words.LoadHalf(number));
        return bytes == sizeof(byte) ? new(words.LoadByte(number)) : default;
    }

    /// <summary>Writes a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLane, TWords>(ref TWords words, int number, int bytes, TLane word)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        if (bytes == sizeof(uint))
            words.Store(number, word);
        if (bytes == sizeof(ushort))
            words.StoreHalf(number, word);
        if (bytes == sizeof(byte))
            words.StoreByte(number, word);
    }
}
