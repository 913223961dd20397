using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// A work-group that steps a tile. Where numbers are packed, each work-item steps two units, half a tile apart: a compiler for
/// processors, which makes a loop of the group's work-items, then loads the row of scalars half as often, and what the one unit
/// waits for hides behind the other. (Of numbers that are not packed it would make vectors in the wrong direction.)
/// </summary>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
internal static class TileGroup<TLayout>
    where TLayout : ILayout
{
    /// <summary>Work-items in a group.</summary>
    public static int Size => TLayout.IsPacked ? TLayout.UnitsPerTile / 2 : TLayout.UnitsPerTile;

    /// <summary>This work-item's part of the step of a tile.</summary>
    /// <typeparam name="TRule">The update rule.</typeparam>
    /// <typeparam name="TApply">How its direction is applied.</typeparam>
    /// <typeparam name="TPass">What is done of the step.</typeparam>
    /// <typeparam name="TWords">How memory is accessed.</typeparam>
    /// <param name="unit">The work-item's number in its group.</param>
    /// <param name="row">The scalars.</param>
    /// <param name="slabs">The slabs from the tile on.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Step<TRule, TApply, TPass, TWords>(
        int unit, in Row<ScalarLane, TRule, TApply> row, ref Slabs<TWords> slabs)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TApply : unmanaged, IApply<TApply, ScalarLane>
        where TPass : IPass
        where TWords : struct, IWords<ScalarLane>
    {
        TLayout.Step<ScalarLane, TRule, TApply, TPass, TWords>(row, ref slabs, unit, unit);
        if (TLayout.IsPacked)
            TLayout.Step<ScalarLane, TRule, TApply, TPass, TWords>(row, ref slabs, unit + Size, unit + Size);
    }
}
