using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// What a work-group does that steps a tile with states in groups, a work-item for each number: it decodes them into memory that the group
/// shares, steps them there, and encodes them. Between two phases all wait for each other, and nothing is kept but what is shared. What a
/// group of numbers has in common, one work-item finds out for all.
/// </summary>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
/// <typeparam name="TWords">How memory is accessed.</typeparam>
internal static partial class CompressedTile<TLayout, TWords>
    where TLayout : ILayout
    where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane>
{
    /// <summary>Work-items in a group.</summary>
    public const int Size = Tile.Length;

    /// <summary>Whether a unit has two numbers, so that a work-item steps what two have decoded.</summary>
    public static bool StepsByTwo => TLayout.UnitsPerTile < Tile.Length;

    /// <summary>Whether there are a fourth and a fifth phase.</summary>
    public static bool HasPair => TLayout.FormatOf(0) == StateFormat.FirstOfPair;

    /// <summary>The first phase: decodes a number.</summary>
    /// <param name="number">The number.</param>
    /// <param name="slabs">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(int number, in Slabs<TWords> slabs, ArrayView<ScalarLane> shared)
    {
        if (HasPair)
            DecodePair(number, DecodingOf(slabs.Headers, number / Pair16.GroupLength), slabs.State0, shared);
        int group = number / Signed8.GroupLength;
        if (IsSigned(0))
            DecodeSigned(number, 0, StepOf(group, 0, slabs.Headers), slabs.State0, shared);
        if (IsSigned(1))
            DecodeSigned(number, 1, StepOf(group, 1, slabs.Headers), slabs.State1, shared);
        if (IsSigned(2))
            DecodeSigned(number, 2, StepOf(group, 2, slabs.Headers), slabs.State2, shared);
        if (IsSigned(3))
            DecodeSigned(number, 3, StepOf(group, 3, slabs.Headers), slabs.State3, shared);
    }

    /// <summary>The second phase: steps a unit. Where units are numbers, no one need wait before.</summary>
    /// <typeparam name="TRule">The update rule.</typeparam>
    /// <typeparam name="TApply">How its direction is applied.</typeparam>
    /// <typeparam name="TPass">What is done of the step.</typeparam>
    /// <param name="unit">The unit.</param>
    /// <param name="row">The scalars.</param>
    /// <param name="slabs">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Step<TRule, TApply, TPass>(
        int unit, in Row<ScalarLane, TRule, TApply> row, in Slabs<TWords> slabs, ArrayView<ScalarLane> shared)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TApply : unmanaged, IApply<TApply, ScalarLane>
        where TPass : IPass
    {
        Slabs<TWords> here = slabs;
        here.State0 = Decoded(shared, 0, slabs.State0);
        here.State1 = Decoded(shared, 1, slabs.State1);
        here.State2 = Decoded(shared, 2, slabs.State2);
        here.State3 = Decoded(shared, 3, slabs.State3);
        TLayout.Step<ScalarLane, TRule, TApply, TPass, TWords>(row, ref here, unit, unit);
    }

    /// <summary>The third phase: what second moments, and states that stand alone, have in common.</summary>
    /// <param name="item">The work-item.</param>
    /// <param name="length">How many numbers of the tile are the tensor's own: the others count as zero.</param>
    /// <param name="spread">The spread of second moments from which on they get more bits.</param>
    /// <param name="slabs">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FindSeconds(
        int item, int length, ScalarLane spread, in Slabs<TWords> slabs, ArrayView<ScalarLane> shared)
    {
        if (HasPair && item < Pair16.GroupsPerTile)
            FindPairSeconds(item, length, spread, shared);
        if (item < Signed8.GroupsPerTile)
            FindSigned(item, length, StateFormat.Signed, slabs.Headers, shared);
    }

    /// <summary>The fourth phase: the codes of second moments, what is relative to them, and the codes of states that stand alone.</summary>
    /// <param name="number">The number.</param>
    /// <param name="length">How many numbers of the tile are the tensor's own: the others become zero.</param>
    /// <param name="dithers">The dither of second moments.</param>
    /// <param name="slabs">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeSeconds(
        int number, int length, in DitherScalars<ScalarLane> dithers, in Slabs<TWords> slabs, ArrayView<ScalarLane> shared)
    {
        if (HasPair)
            EncodePairSecond(number, length, SecondsOf(shared, number), dithers, slabs.FirstNumber, shared);
        EncodeSigned(number, number / Signed8.GroupLength, length, StateFormat.Signed, slabs, shared);
    }

    /// <summary>The fifth phase: what first moments have in common, and states that are relative to second moments.</summary>
    /// <param name="item">The work-item.</param>
    /// <param name="slabs">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FindFirsts(int item, in Slabs<TWords> slabs, ArrayView<ScalarLane> shared)
    {
        if (item < Pair16.GroupsPerTile)
            FindPairFirsts(item, slabs.Headers, shared);
        if (item < Signed8.GroupsPerTile)
            FindSigned(item, Tile.Length, StateFormat.SignedByPair, slabs.Headers, shared);
    }

    /// <summary>The last phase: the pairs, and the codes of states that are relative to them.</summary>
    /// <param name="number">The number.</param>
    /// <param name="slabs">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeFirsts(int number, in Slabs<TWords> slabs, ArrayView<ScalarLane> shared)
    {
        EncodePairFirst(number, SecondsOf(shared, number), FirstsOf(shared, number), slabs.State0, shared);
        EncodeSigned(number, number / Signed8.GroupLength, Tile.Length, StateFormat.SignedByPair, slabs, shared);
    }
}
