using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// What a work-group does that steps a tile with states in groups, a work-item for each unit: it decodes them into memory that the group
/// shares, steps them there, and encodes them. Between two phases all wait for each other, and nothing is kept but what is shared. What a
/// group of numbers has in common, one work-item finds out for all.
/// </summary>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
/// <typeparam name="TWords">How memory is accessed.</typeparam>
public static class CompressedTile<TLayout, TWords>
    where TLayout : ILayout
    where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane>
{
    /// <summary>Numbers that the group shares: four states, and what groups have in common.</summary>
    public const int SharedLength = (States * Tile.Length) + PartsLength;

    private const int States = 4;

    private const int SecondsParts = Pair16Seconds<ScalarLane>.Registers;

    private const int FirstsParts = Pair16Firsts<ScalarLane>.Registers;

    private const int FirstsAt = SecondsParts * Pair16.GroupsPerTile;

    private const int SignedAt = FirstsAt + (FirstsParts * Pair16.GroupsPerTile);

    private const int PartsLength = SignedAt + (States * Signed8.GroupsPerTile);

    /// <summary>Work-items in a group.</summary>
    public static int Size => TLayout.UnitsPerTile;

    /// <summary>Whether states in groups are relative to a pair's second moment, so that they are encoded after it.</summary>
    private static bool HasStateByPair =>
        TLayout.FormatOf(2) == StateFormat.SignedByPair || TLayout.FormatOf(3) == StateFormat.SignedByPair;

    private static bool HasPair => TLayout.FormatOf(0) == StateFormat.FirstOfPair;

    /// <summary>The first phase: decodes a unit and steps it.</summary>
    /// <typeparam name="TRule">The update rule.</typeparam>
    /// <typeparam name="TApply">How its direction is applied.</typeparam>
    /// <typeparam name="TPass">What is done of the step.</typeparam>
    /// <param name="unit">The unit.</param>
    /// <param name="length">How many numbers of the tile are the tensor's own: the states of the others become zero.</param>
    /// <param name="row">The scalars.</param>
    /// <param name="slabs">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Step<TRule, TApply, TPass>(
        int unit,
        int length,
        in Row<ScalarLane, TRule, TApply> row,
        in Slabs<TWords> slabs,
        ArrayView<ScalarLane> shared)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TApply : unmanaged, IApply<TApply, ScalarLane>
        where TPass : IPass
    {
        Slabs<TWords> here = slabs;
        if (HasPair)
        {
            TWords first = Decoded(shared, 0);
            TWords second = Decoded(shared, 1);
            Pair16Units<TWords>.Decode(DecodingOf(slabs.Headers, unit), slabs.State0, ref first, ref second, unit);
            here.State0 = first;
            here.State1 = second;
        }

        here.State0 = DecodeSigned(unit, 0, slabs.State0, here.State0, slabs.Headers, shared);
        here.State1 = DecodeSigned(unit, 1, slabs.State1, here.State1, slabs.Headers, shared);
        here.State2 = DecodeSigned(unit, 2, slabs.State2, here.State2, slabs.Headers, shared);
        here.State3 = DecodeSigned(unit, 3, slabs.State3, here.State3, slabs.Headers, shared);
        TLayout.Step<ScalarLane, TRule, TApply, TPass, TWords>(row, ref here, unit, unit);
        if (!TPass.UpdatesStates)
            return;
        Mask(unit, length, 0, shared);
        Mask(unit, length, 1, shared);
        Mask(unit, length, 2, shared);
        Mask(unit, length, 3, shared);
    }

    /// <summary>The second phase: what second moments, and states that stand alone, have in common.</summary>
    /// <param name="item">The work-item.</param>
    /// <param name="spread">The spread of second moments from which on they get more bits.</param>
    /// <param name="slabs">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FindSeconds(int item, ScalarLane spread, in Slabs<TWords> slabs, ArrayView<ScalarLane> shared)
    {
        if (HasPair && item < Pair16.GroupsPerTile)
        {
            TWords second = Decoded(shared, 1);
            ScalarLane greatest = 0;
            ScalarLane deepest = 0;
            for (int i = 0; i < Pair16.GroupLength / 2; i++)
            {
                int unit = (item * (Pair16.GroupLength / 2)) + i;
                greatest = Pair16Units<TWords>.Greatest(greatest, second, unit);
                deepest = Pair16Units<TWords>.Deepest(deepest, second, unit);
            }

            var seconds = Pair16Seconds<ScalarLane>.Of(greatest, deepest, spread);
            ArrayView<ScalarLane> parts = Parts(shared, item * SecondsParts);
            parts[0] = seconds.Top;
            parts[1] = seconds.Delta;
            parts[2] = seconds.InverseDelta;
            parts[3] = seconds.MostCode;
            parts[4] = seconds.Bits;
            parts[5] = seconds.Header;
        }

        FindSigned(item, 0, StateFormat.Signed, slabs.Headers, shared);
        FindSigned(item, 1, StateFormat.Signed, slabs.Headers, shared);
        FindSigned(item, 2, StateFormat.Signed, slabs.Headers, shared);
        FindSigned(item, 3, StateFormat.Signed, slabs.Headers, shared);
    }

    /// <summary>The third phase: the codes of second moments, what is relative to them, and the codes of states that stand alone.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="dithers">The dither of second moments.</param>
    /// <param name="slabs">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeSeconds(
        int unit, in DitherScalars<ScalarLane> dithers, in Slabs<TWords> slabs, ArrayView<ScalarLane> shared)
    {
        if (HasPair)
        {
            TWords first = Decoded(shared, 0);
            TWords second = Decoded(shared, 1);
            Pair16Seconds<ScalarLane> seconds = SecondsOf(shared, unit);
            Pair16Units<TWords>.EncodeSeconds(seconds, ref first, ref second, unit, dithers, slabs.FirstNumber);
            DivideByPair(unit, 2, seconds, second, shared);
            DivideByPair(unit, 3, seconds, second, shared);
        }

        EncodeSigned(unit, 0, StateFormat.Signed, slabs.State0, shared);
        EncodeSigned(unit, 1, StateFormat.Signed, slabs.State1, shared);
        EncodeSigned(unit, 2, StateFormat.Signed, slabs.State2, shared);
        EncodeSigned(unit, 3, StateFormat.Signed, slabs.State3, shared);
    }

    /// <summary>Whether there are a fourth and a fifth phase.</summary>
    public static bool HasFirsts => HasPair;

    /// <summary>The fourth phase: what first moments have in common, and states that are relative to second moments.</summary>
    /// <param name="item">The work-item.</param>
    /// <param name="slabs">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FindFirsts(int item, in Slabs<TWords> slabs, ArrayView<ScalarLane> shared)
    {
        if (item < Pair16.GroupsPerTile)
        {
            TWords first = Decoded(shared, 0);
            ScalarLane greatest = 0;
            for (int i = 0; i < Pair16.GroupLength / 2; i++)
                greatest = Signed8Units<TWords>.Greatest(greatest, first, (item * (Pair16.GroupLength / 2)) + i);
            ArrayView<ScalarLane> seconds = Parts(shared, item * SecondsParts);
            var firsts = Pair16Firsts<ScalarLane>.Of(greatest, seconds[4]);
            ArrayView<ScalarLane> parts = Parts(shared, FirstsAt + (item * FirstsParts));
            parts[0] = firsts.InverseStep;
            parts[1] = firsts.Middle;
            parts[2] = firsts.Shift;
            TWords headers = slabs.Headers;
            headers.StoreNear(item, seconds[5], firsts.Header);
        }

        if (!HasStateByPair)
            return;
        FindSigned(item, 2, StateFormat.SignedByPair, slabs.Headers, shared);
        FindSigned(item, 3, StateFormat.SignedByPair, slabs.Headers, shared);
    }

    /// <summary>The last phase: the words of pairs, and the codes of states that are relative to them.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="slabs">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeFirsts(int unit, in Slabs<TWords> slabs, ArrayView<ScalarLane> shared)
    {
        ArrayView<ScalarLane> parts = Parts(shared, FirstsAt + (unit / (Pair16.GroupLength / 2) * FirstsParts));
        Pair16Firsts<ScalarLane> firsts = new() { InverseStep = parts[0], Middle = parts[1], Shift = parts[2] };
        TWords codes = slabs.State0;
        Pair16Units<TWords>.EncodeFirsts(
            SecondsOf(shared, unit), firsts, Decoded(shared, 0), Decoded(shared, 1), ref codes, unit);
        if (!HasStateByPair)
            return;
        EncodeSigned(unit, 2, StateFormat.SignedByPair, slabs.State2, shared);
        EncodeSigned(unit, 3, StateFormat.SignedByPair, slabs.State3, shared);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWords Decoded(ArrayView<ScalarLane> shared, int state) =>
        TWords.Over(shared.SubView(state * Tile.Length, Tile.Length).Cast<byte>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ArrayView<ScalarLane> Parts(ArrayView<ScalarLane> shared, int at) =>
        shared.SubView((States * Tile.Length) + at, SecondsParts);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Pair16Decoding<ScalarLane> DecodingOf(in TWords headers, int unit)
    {
        int group = unit / (Pair16.GroupLength / 2);
        return Pair16Decoding<ScalarLane>.Of(headers.Load(2 * group), headers.Load((2 * group) + 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Pair16Seconds<ScalarLane> SecondsOf(ArrayView<ScalarLane> shared, int unit)
    {
        ArrayView<ScalarLane> parts = Parts(shared, unit / (Pair16.GroupLength / 2) * SecondsParts);
        return new()
        {
            Top = parts[0],
            Delta = parts[1],
            InverseDelta = parts[2],
            MostCode = parts[3],
        };
    }

    private static bool IsSigned(int state) =>
        TLayout.FormatOf(state) == StateFormat.Signed || TLayout.FormatOf(state) == StateFormat.SignedByPair;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int HeaderOf(int state, int group) => (TLayout.HeaderOffsetOf(state) / sizeof(ushort)) + group;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWords DecodeSigned(
        int unit, int state, in TWords codes, in TWords otherwise, in TWords headers, ArrayView<ScalarLane> shared)
    {
        if (!IsSigned(state))
            return otherwise;
        TWords decoded = Decoded(shared, state);
        ScalarLane header = headers.LoadHalf(HeaderOf(state, unit / (Signed8.GroupLength / 2)));
        Signed8Units<TWords>.Decode(Signed8.Step(header), codes, ref decoded, unit);
        if (TLayout.FormatOf(state) == StateFormat.SignedByPair)
            Signed8Units<TWords>.Multiply(ref decoded, Decoded(shared, 1), unit);
        return decoded;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mask(int unit, int length, int state, ArrayView<ScalarLane> shared)
    {
        if (TLayout.FormatOf(state) == StateFormat.Numbers)
            return;
        TWords states = Decoded(shared, state);
        ScalarLane zero = ScalarLane.SplatBits(0);
        ScalarLane end = ScalarLane.SplatBits(length);
        states.StoreNear(
            unit,
            ScalarLane.ChooseLess(ScalarLane.SplatBits(2 * unit), end, states.LoadNear(2 * unit), zero),
            ScalarLane.ChooseLess(ScalarLane.SplatBits((2 * unit) + 1), end, states.LoadNear((2 * unit) + 1), zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DivideByPair(
        int unit, int state, in Pair16Seconds<ScalarLane> seconds, in TWords second, ArrayView<ScalarLane> shared)
    {
        if (TLayout.FormatOf(state) != StateFormat.SignedByPair)
            return;
        TWords states = Decoded(shared, state);
        Signed8Units<TWords>.Divide(ref states, seconds, second, unit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FindSigned(
        int item, int state, StateFormat format, in TWords headers, ArrayView<ScalarLane> shared)
    {
        if (TLayout.FormatOf(state) != format || item >= Signed8.GroupsPerTile)
            return;
        TWords states = Decoded(shared, state);
        ScalarLane greatest = 0;
        for (int i = 0; i < Signed8.GroupLength / 2; i++)
            greatest = Signed8Units<TWords>.Greatest(greatest, states, (item * (Signed8.GroupLength / 2)) + i);
        ScalarLane header = Signed8.Header(greatest);
        TWords there = headers;
        there.StoreHalf(HeaderOf(state, item), header);
        Parts(shared, SignedAt + (state * Signed8.GroupsPerTile) + item)[0] = Signed8.InverseStep(greatest, header);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EncodeSigned(int unit, int state, StateFormat format, in TWords codes, ArrayView<ScalarLane> shared)
    {
        if (TLayout.FormatOf(state) != format)
            return;
        TWords there = codes;
        int group = unit / (Signed8.GroupLength / 2);
        Signed8Units<TWords>.Encode(
            Parts(shared, SignedAt + (state * Signed8.GroupsPerTile) + group)[0], Decoded(shared, state), ref there, unit);
    }
}
