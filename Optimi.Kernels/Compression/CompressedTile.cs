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
public static partial class CompressedTile<TLayout, TWords>
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
        {
            int group = number / Pair16.GroupLength;
            Moments<ScalarLane> moments = Pair16Decoding<ScalarLane>
                .Of(slabs.Headers.Load(2 * group), slabs.Headers.Load((2 * group) + 1))
                .Low(slabs.State0.LoadHalf(number));
            Put(shared, 0, number, moments.First);
            Put(shared, 1, number, moments.Second);
        }

        DecodeSigned(number, 0, slabs.State0, slabs.Headers, shared);
        DecodeSigned(number, 1, slabs.State1, slabs.Headers, shared);
        DecodeSigned(number, 2, slabs.State2, slabs.Headers, shared);
        DecodeSigned(number, 3, slabs.State3, slabs.Headers, shared);
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
        {
            ScalarLane greatest = 0;
            ScalarLane deepest = 0;
            int first = item * Pair16.GroupLength;
            int end = Math.Min(first + Pair16.GroupLength, length);
            for (int i = first; i < end; i++)
            {
                ScalarLane bounded = Pair16.Bounded(Get(shared, 1, i));
                greatest = ScalarLane.MaxBits(greatest, bounded);
                deepest = ScalarLane.MaxBits(deepest, Pair16.Depth(bounded));
            }

            PutSeconds(shared, item, Pair16Seconds<ScalarLane>.Of(greatest, deepest, spread));
        }

        FindSigned(item, length, 0, StateFormat.Signed, slabs.Headers, shared);
        FindSigned(item, length, 1, StateFormat.Signed, slabs.Headers, shared);
        FindSigned(item, length, 2, StateFormat.Signed, slabs.Headers, shared);
        FindSigned(item, length, 3, StateFormat.Signed, slabs.Headers, shared);
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
        {
            Pair16Seconds<ScalarLane> seconds = SecondsOf(shared, number);
            ScalarLane bounded = Masked(number, length, Pair16.Bounded(Get(shared, 1, number)));
            ScalarLane code = seconds.CodeFromTop(bounded, dithers.At(slabs.FirstNumber, number, numbersPerUnit: 1));
            Put(shared, 1, number, code);
            Put(shared, 0, number, seconds.Scaled(Masked(number, length, Get(shared, 0, number)), code));
            ScaleByPair(number, length, 2, seconds, code, shared);
            ScaleByPair(number, length, 3, seconds, code, shared);
        }

        EncodeSigned(number, length, 0, StateFormat.Signed, slabs.State0, shared);
        EncodeSigned(number, length, 1, StateFormat.Signed, slabs.State1, shared);
        EncodeSigned(number, length, 2, StateFormat.Signed, slabs.State2, shared);
        EncodeSigned(number, length, 3, StateFormat.Signed, slabs.State3, shared);
    }

    /// <summary>The fifth phase: what first moments have in common, and states that are relative to second moments.</summary>
    /// <param name="item">The work-item.</param>
    /// <param name="slabs">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FindFirsts(int item, in Slabs<TWords> slabs, ArrayView<ScalarLane> shared)
    {
        if (item < Pair16.GroupsPerTile)
        {
            ScalarLane greatest = 0;
            int first = item * Pair16.GroupLength;
            for (int i = first; i < first + Pair16.GroupLength; i++)
                greatest = ScalarLane.MaxBits(greatest, Signed8.Bounded(Get(shared, 0, i)));
            Pair16Seconds<ScalarLane> seconds = SecondsOf(shared, first);
            var firsts = Pair16Firsts<ScalarLane>.Of(greatest, seconds.Bits);
            PutFirsts(shared, item, firsts);
            TWords headers = slabs.Headers;
            headers.Store(2 * item, seconds.Header);
            headers.Store((2 * item) + 1, firsts.Header);
        }

        FindSigned(item, Tile.Length, 2, StateFormat.SignedByPair, slabs.Headers, shared);
        FindSigned(item, Tile.Length, 3, StateFormat.SignedByPair, slabs.Headers, shared);
    }

    /// <summary>The last phase: the pairs, and the codes of states that are relative to them.</summary>
    /// <param name="number">The number.</param>
    /// <param name="slabs">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeFirsts(int number, in Slabs<TWords> slabs, ArrayView<ScalarLane> shared)
    {
        TWords codes = slabs.State0;
        codes.StoreHalf(number, FirstsOf(shared, number).Half(
            SecondsOf(shared, number), Get(shared, 1, number), Get(shared, 0, number)));
        EncodeSigned(number, Tile.Length, 2, StateFormat.SignedByPair, slabs.State2, shared);
        EncodeSigned(number, Tile.Length, 3, StateFormat.SignedByPair, slabs.State3, shared);
    }

    /// <summary>A number, or zero behind the tensor's own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScalarLane Masked(int number, int length, ScalarLane state) => ScalarLane.ChooseLess(
        ScalarLane.SplatBits(number), ScalarLane.SplatBits(length), state, ScalarLane.SplatBits(0));

    private static bool IsSigned(int state) =>
        TLayout.FormatOf(state) == StateFormat.Signed || TLayout.FormatOf(state) == StateFormat.SignedByPair;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int HeaderOf(int state, int group) => (TLayout.HeaderOffsetOf(state) / sizeof(ushort)) + group;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DecodeSigned(
        int number, int state, in TWords codes, in TWords headers, ArrayView<ScalarLane> shared)
    {
        if (!IsSigned(state))
            return;
        ScalarLane header = headers.LoadHalf(HeaderOf(state, number / Signed8.GroupLength));
        ScalarLane decoded = Signed8.Low(codes.LoadByte(number), Signed8.Step(header));
        if (TLayout.FormatOf(state) == StateFormat.SignedByPair)
            decoded *= Pair16.RootScale(Get(shared, 1, number));
        Put(shared, state, number, decoded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ScaleByPair(
        int number, int length, int state, in Pair16Seconds<ScalarLane> seconds, ScalarLane code, ArrayView<ScalarLane> shared)
    {
        if (TLayout.FormatOf(state) == StateFormat.SignedByPair)
            Put(shared, state, number, seconds.Scaled(Masked(number, length, Get(shared, state, number)), code));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FindSigned(
        int item, int length, int state, StateFormat format, in TWords headers, ArrayView<ScalarLane> shared)
    {
        if (TLayout.FormatOf(state) != format || item >= Signed8.GroupsPerTile)
            return;
        ScalarLane greatest = 0;
        int first = item * Signed8.GroupLength;
        int end = Math.Min(first + Signed8.GroupLength, length);
        for (int i = first; i < end; i++)
            greatest = ScalarLane.MaxBits(greatest, Signed8.Bounded(Get(shared, state, i)));
        ScalarLane header = Signed8.Header(greatest);
        TWords there = headers;
        there.StoreHalf(HeaderOf(state, item), header);
        PutInverseStep(shared, state, item, Signed8.InverseStep(greatest, header));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EncodeSigned(
        int number, int length, int state, StateFormat format, in TWords codes, ArrayView<ScalarLane> shared)
    {
        if (TLayout.FormatOf(state) != format)
            return;
        TWords there = codes;
        ScalarLane inverse = InverseStepOf(shared, state, number / Signed8.GroupLength);
        there.StoreByte(number, Signed8.Lone(Masked(number, length, Get(shared, state, number)), inverse));
    }
}
