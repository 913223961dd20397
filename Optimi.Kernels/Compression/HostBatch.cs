using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>A few tiles that the host decodes, steps and encodes together: what they need meanwhile stays in the nearest cache.</summary>
internal static unsafe class HostBatch
{
    /// <summary>Tiles of a batch: as many as have the groups of the widest vector.</summary>
    public const int Tiles = 4;

    /// <summary>Bytes of a state of a batch, decoded.</summary>
    public const int StateBytes = Tiles * Tile.Length * sizeof(float);

    /// <summary>The next address that is a multiple of a power of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Aligned(byte* address, int power) => (byte*)(((nuint)address + (nuint)power - 1) & ~((nuint)power - 1));

    /// <summary>Where the first part of a group is, of structs that hold a register of groups for each part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* PartsOf<TLane>(float* parts, int group, int registers)
        where TLane : unmanaged, ILane<TLane> =>
        parts + (group / TLane.Width * registers * TLane.Width) + (group % TLane.Width);

    /// <summary>Copies the headers of tiles together; those of missing tiles are zero.</summary>
    public static void Gather(byte* headers, int stride, byte* gathered, int bytes, int tiles)
    {
        for (int tile = 0; tile < Tiles; tile++, headers += stride, gathered += bytes)
        {
            if (tile < tiles)
                Unsafe.CopyBlockUnaligned(gathered, headers, (uint)bytes);
            else
                Unsafe.InitBlockUnaligned(gathered, 0, (uint)bytes);
        }
    }

    /// <summary>Copies the headers of tiles to where they belong.</summary>
    public static void Scatter(byte* gathered, int bytes, byte* headers, int stride, int tiles)
    {
        for (int tile = 0; tile < tiles; tile++, headers += stride, gathered += bytes)
            Unsafe.CopyBlockUnaligned(headers, gathered, (uint)bytes);
    }
}
