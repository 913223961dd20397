using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// A work-group of threads that move a quad of each slot: a few whole tiles. Groups are small, so that a multiprocessor holds as many
/// threads as its registers allow, and each thread has one quad and no more, since the hardware keeps memory busier by beginning groups
/// than threads do by going on.
/// </summary>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
internal static class QuadGroup<TLayout>
    where TLayout : ILayout
{
    /// <summary>Threads in a group: what covers whole tiles under every layout.</summary>
    public const int Size = 128;

    /// <summary>Quads in a tile of a slot: a power of two.</summary>
    public static int QuadsPerTile => TLayout.UnitsPerTile / Quad.Length;

    /// <summary>Tiles of a group.</summary>
    public static int Tiles => Size / QuadsPerTile;

    /// <summary>Which of the launch's tiles is a thread's; beyond the last one there may be none.</summary>
    /// <param name="group">The group's number.</param>
    /// <param name="thread">The thread's number in its group.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TileOf(int group, int thread) => (group * Tiles) + (thread / QuadsPerTile);

    /// <summary>Which of the tile's quads is a thread's.</summary>
    /// <param name="thread">The thread's number in its group.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int QuadOf(int thread) => thread & (QuadsPerTile - 1);
}
