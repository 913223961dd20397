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
    public static int QuadsPerTile => TLayout.UnitsPerTile / Kernels.Quad.Length;

    /// <summary>Tiles of a group.</summary>
    public static int Tiles => Size / QuadsPerTile;

    /// <summary>Which of the launch's tiles is this thread's; beyond the last one there may be none.</summary>
    public static int Tile
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (Grid.IdxX * Tiles) + (Group.IdxX / QuadsPerTile);
    }

    /// <summary>Which of the tile's quads is this thread's.</summary>
    public static int Quad
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Group.IdxX & (QuadsPerTile - 1);
    }

    /// <summary>The step of a quad of every slot.</summary>
    /// <typeparam name="TRule">The update rule.</typeparam>
    /// <typeparam name="TApply">How its direction is applied.</typeparam>
    /// <typeparam name="TPass">What is done of the step.</typeparam>
    /// <param name="row">The scalars.</param>
    /// <param name="words">The quads.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Step<TRule, TApply, TPass>(in Row<ScalarLane, TRule, TApply> row, ref Slabs<QuadWords> words)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TApply : unmanaged, IApply<TApply, ScalarLane>
        where TPass : IPass
    {
        TLayout.Step<ScalarLane, TRule, TApply, TPass, QuadWords>(row, ref words, 0, 0);
        TLayout.Step<ScalarLane, TRule, TApply, TPass, QuadWords>(row, ref words, 1, 1);
        TLayout.Step<ScalarLane, TRule, TApply, TPass, QuadWords>(row, ref words, 2, 2);
        TLayout.Step<ScalarLane, TRule, TApply, TPass, QuadWords>(row, ref words, 3, 3);
    }
}
