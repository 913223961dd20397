using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// A work-group of threads that move a quad of each slot: a few whole tiles. Groups are small, so that a multiprocessor holds as many
/// threads as its registers allow, and each thread has one quad and no more, since the hardware keeps memory busier by beginning groups
/// than threads do by going on.
/// </summary>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
public static class QuadGroup<TLayout>
    where TLayout : ILayout
{
    /// <summary>Threads in a group: what covers whole tiles under every layout.</summary>
    public const int Size = 128;

    /// <summary>Quads in a tile of a slot: a power of two.</summary>
    public static int QuadsPerTile => TLayout.UnitsPerTile / Quad.Length;

    /// <summary>Tiles of a group.</summary>
    public static int Tiles => Size / QuadsPerTile;

    /// <summary>Which of the launch's tiles is this thread's; beyond the last one there may be none.</summary>
    public static int TileOfThread
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (Grid.IdxX * Tiles) + (Group.IdxX / QuadsPerTile);
    }

    /// <summary>Which of the tile's quads is this thread's.</summary>
    public static int QuadOfThread
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Group.IdxX & (QuadsPerTile - 1);
    }
}
