using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <content>What is done of single states.</content>
internal static partial class CompressedTile<TLayout, TWords>
{
    /// <summary>A number, or zero behind the tensor's own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScalarLane Masked(int number, int length, ScalarLane state) => ScalarLane.ChooseLess(
        ScalarLane.SplatBits(number), ScalarLane.SplatBits(length), state, ScalarLane.SplatBits(0));

    private static bool IsSigned(int state) =>
        TLayout.FormatOf(state) == StateFormat.Signed || TLayout.FormatOf(state) == StateFormat.SignedByPair;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int HeaderOf(int state, int group) => (TLayout.HeaderOffsetOf(state) / sizeof(ushort)) + group;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Pair16Decoding<ScalarLane> DecodingOf(in TWords headers, int group) =>
        Pair16Decoding<ScalarLane>.Of(headers.Load(2 * group), headers.Load((2 * group) + 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DecodePair(
        int number, in Pair16Decoding<ScalarLane> decoding, in TWords codes, ArrayView<ScalarLane> shared)
    {
        Moments<ScalarLane> moments = decoding.Low(codes.LoadHalf(number));
        Put(shared, 0, number, moments.First);
        Put(shared, 1, number, moments.Second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FindPairSeconds(int group, int length, ScalarLane spread, ArrayView<ScalarLane> shared)
    {
        ScalarLane greatest = 0;
        ScalarLane deepest = 0;
        int first = group * Pair16.GroupLength;
        for (int i = first; i < first + Pair16.GroupLength; i++)
        {
            ScalarLane bounded = Masked(i, length, Pair16.Bounded(Get(shared, 1, i)));
            greatest = ScalarLane.MaxBits(greatest, bounded);
            deepest = ScalarLane.MaxBits(deepest, Pair16.Depth(bounded));
        }

        PutSeconds(shared, group, Pair16Seconds<ScalarLane>.Of(greatest, deepest, spread));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EncodePairSecond(
        int number,
        int length,
        in Pair16Seconds<ScalarLane> seconds,
        in DitherScalars<ScalarLane> dithers,
        int firstNumber,
        ArrayView<ScalarLane> shared)
    {
        ScalarLane bounded = Masked(number, length, Pair16.Bounded(Get(shared, 1, number)));
        ScalarLane code = seconds.CodeFromTop(bounded, dithers.At(firstNumber, number, numbersPerUnit: 1));
        Put(shared, 1, number, code);
        Put(shared, 0, number, seconds.Scaled(Masked(number, length, Get(shared, 0, number)), code));
        ScaleByPair(number, length, 2, seconds, code, shared);
        ScaleByPair(number, length, 3, seconds, code, shared);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ScaleByPair(
        int number, int length, int state, in Pair16Seconds<ScalarLane> seconds, ScalarLane code, ArrayView<ScalarLane> shared)
    {
        if (TLayout.FormatOf(state) == StateFormat.SignedByPair)
            Put(shared, state, number, seconds.Scaled(Masked(number, length, Get(shared, state, number)), code));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FindPairFirsts(int group, in TWords headers, ArrayView<ScalarLane> shared)
    {
        ScalarLane greatest = 0;
        int first = group * Pair16.GroupLength;
        for (int i = first; i < first + Pair16.GroupLength; i++)
            greatest = ScalarLane.MaxBits(greatest, Signed8.Bounded(Get(shared, 0, i)));
        Pair16Seconds<ScalarLane> seconds = SecondsOf(shared, first);
        var firsts = Pair16Firsts<ScalarLane>.Of(greatest, seconds.Bits);
        PutFirsts(shared, group, firsts);
        TWords there = headers;
        there.Store(2 * group, seconds.Header);
        there.Store((2 * group) + 1, firsts.Header);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EncodePairFirst(
        int number,
        in Pair16Seconds<ScalarLane> seconds,
        in Pair16Firsts<ScalarLane> firsts,
        in TWords codes,
        ArrayView<ScalarLane> shared)
    {
        TWords there = codes;
        there.StoreHalf(number, firsts.Half(seconds, Get(shared, 1, number), Get(shared, 0, number)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScalarLane StepOf(int group, int state, in TWords headers) =>
        Signed8.Step(headers.LoadHalf(HeaderOf(state, group)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DecodeSigned(int number, int state, ScalarLane step, in TWords codes, ArrayView<ScalarLane> shared)
    {
        ScalarLane decoded = Signed8.Low(codes.LoadByte(number), step);
        if (TLayout.FormatOf(state) == StateFormat.SignedByPair)
            decoded *= Pair16.RootScale(Get(shared, 1, number));
        Put(shared, state, number, decoded);
    }

    /// <summary>What the states of a format have in common in a group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FindSigned(
        int group, int length, StateFormat format, in TWords headers, ArrayView<ScalarLane> shared)
    {
        FindSigned(group, length, 0, format, headers, shared);
        FindSigned(group, length, 1, format, headers, shared);
        FindSigned(group, length, 2, format, headers, shared);
        FindSigned(group, length, 3, format, headers, shared);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FindSigned(
        int group, int length, int state, StateFormat format, in TWords headers, ArrayView<ScalarLane> shared)
    {
        if (TLayout.FormatOf(state) != format)
            return;
        ScalarLane greatest = 0;
        int first = group * Signed8.GroupLength;
        for (int i = first; i < first + Signed8.GroupLength; i++)
            greatest = ScalarLane.MaxBits(greatest, Signed8.Bounded(Masked(i, length, Get(shared, state, i))));
        ScalarLane header = Signed8.Header(greatest);
        TWords there = headers;
        there.StoreHalf(HeaderOf(state, group), header);
        PutInverseStep(shared, state, group, Signed8.InverseStep(greatest, header));
    }

    /// <summary>Writes the codes of a number's states of a format.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EncodeSigned(
        int number, int group, int length, StateFormat format, in Slabs<TWords> slabs, ArrayView<ScalarLane> shared)
    {
        EncodeSigned(number, group, length, 0, format, slabs.State0, shared);
        EncodeSigned(number, group, length, 1, format, slabs.State1, shared);
        EncodeSigned(number, group, length, 2, format, slabs.State2, shared);
        EncodeSigned(number, group, length, 3, format, slabs.State3, shared);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EncodeSigned(
        int number, int group, int length, int state, StateFormat format, in TWords codes, ArrayView<ScalarLane> shared)
    {
        if (TLayout.FormatOf(state) != format)
            return;
        TWords there = codes;
        there.StoreByte(
            number, Signed8.Lone(Masked(number, length, Get(shared, state, number)), InverseStepOf(shared, state, group)));
    }
}
