using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// What a thread does that moves a quad of a tile with states in groups, between the exchanges by which the threads of a group of numbers
/// learn what these have in common: 8 threads of a warp for a pair's, 4 for others. The memory is read once, and nothing is shared but
/// registers.
/// </summary>
/// <typeparam name="TLayout">The storage of the slots: units of two numbers.</typeparam>
internal static class CompressedQuad<TLayout>
    where TLayout : ILayout
{
    /// <summary>Threads that have the numbers of a group of a pair.</summary>
    public const int ThreadsOfPair = Pair16.GroupLength / NumbersPerThread;

    /// <summary>Threads that have the numbers of a group of another state.</summary>
    public const int ThreadsOfSigned = Signed8.GroupLength / NumbersPerThread;

    private const int NumbersPerThread = 2 * Quad.Length;

    /// <summary>Whether there are first and second moments in pairs.</summary>
    public static bool HasPair => TLayout.FormatOf(0) == StateFormat.FirstOfPair;

    /// <summary>Whether a state is of 8 bits.</summary>
    /// <param name="state">The state.</param>
    public static bool IsSigned(int state) =>
        TLayout.FormatOf(state) == StateFormat.Signed || TLayout.FormatOf(state) == StateFormat.SignedByPair;

    /// <summary>Reads a quad of every slot, and decodes the states.</summary>
    /// <typeparam name="TRule">The update rule.</typeparam>
    /// <typeparam name="TPass">What is done of the step.</typeparam>
    /// <param name="memory">The device's memory, from address 0.</param>
    /// <param name="places">Where the tensor begins in each slot.</param>
    /// <param name="tile">The tile's number in the tensor.</param>
    /// <param name="quad">The quad's number in the tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CompressedThread Read<TRule, TPass>(in DeviceQuads memory, in Slabs<long> places, int tile, int quad)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TPass : IPass
    {
        CompressedThread thread = default;
        thread.Words = TLayout.Read<TRule, TPass>(memory, places, tile, quad);
        long headers = places.Headers + ((long)tile * TLayout.HeaderBytesPerTile);
        if (HasPair)
        {
            Quad header = memory.LoadHalf((headers >> Quad.LogOfHalf) + (quad / ThreadsOfPair));
            var decoding = Pair16Decoding<ScalarLane>.Of(ScalarLane.FromBits(header.X), ScalarLane.FromBits(header.Y));
            QuadWords codes = thread.Words.State0;
            Pair16Units.Decode(decoding, codes, ref thread.Words.State0, ref thread.Words.State1, 0);
            Pair16Units.Decode(decoding, codes, ref thread.Words.State0, ref thread.Words.State1, 1);
            Pair16Units.Decode(decoding, codes, ref thread.Words.State0, ref thread.Words.State1, 2);
            Pair16Units.Decode(decoding, codes, ref thread.Words.State0, ref thread.Words.State1, 3);
        }

        QuadWords second = thread.Words.State1;
        DecodeSigned(memory, headers, quad, 0, ref thread.Words.State0, second);
        DecodeSigned(memory, headers, quad, 1, ref thread.Words.State1, second);
        DecodeSigned(memory, headers, quad, 2, ref thread.Words.State2, second);
        DecodeSigned(memory, headers, quad, 3, ref thread.Words.State3, second);
        return thread;
    }

    /// <summary>Sets the states behind a tensor's own numbers to zero.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="length">How many numbers from the thread's first one on are the tensor's own; it may be any.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Mask(ref CompressedThread thread, int length)
    {
        if (TLayout.FormatOf(0) != StateFormat.Numbers)
            Mask(ref thread.Words.State0, length);
        if (TLayout.FormatOf(1) != StateFormat.Numbers)
            Mask(ref thread.Words.State1, length);
        if (TLayout.FormatOf(2) != StateFormat.Numbers)
            Mask(ref thread.Words.State2, length);
        if (TLayout.FormatOf(3) != StateFormat.Numbers)
            Mask(ref thread.Words.State3, length);
    }

    /// <summary>The greatest of the thread's second moments, in bounded bits.</summary>
    /// <param name="thread">The thread.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane GreatestSecond(in CompressedThread thread)
    {
        ScalarLane greatest = Pair16Units.Greatest(0, thread.Words.State1, 0);
        greatest = Pair16Units.Greatest(greatest, thread.Words.State1, 1);
        greatest = Pair16Units.Greatest(greatest, thread.Words.State1, 2);
        return Pair16Units.Greatest(greatest, thread.Words.State1, 3);
    }

    /// <summary>The greatest depth of the thread's second moments.</summary>
    /// <param name="thread">The thread.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane DeepestSecond(in CompressedThread thread)
    {
        ScalarLane deepest = Pair16Units.Deepest(0, thread.Words.State1, 0);
        deepest = Pair16Units.Deepest(deepest, thread.Words.State1, 1);
        deepest = Pair16Units.Deepest(deepest, thread.Words.State1, 2);
        return Pair16Units.Deepest(deepest, thread.Words.State1, 3);
    }

    /// <summary>Encodes the thread's second moments, and makes what is relative to them so.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="greatest">The greatest second moment of its group.</param>
    /// <param name="deepest">The greatest depth.</param>
    /// <param name="rounding">How to round.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeSeconds(
        ref CompressedThread thread, ScalarLane greatest, ScalarLane deepest, in RoundingScalars<ScalarLane> rounding)
    {
        thread.Seconds = Pair16Seconds<ScalarLane>.Of(greatest, deepest, rounding.Spread);
        EncodeSeconds(ref thread, rounding.Moments, 0);
        EncodeSeconds(ref thread, rounding.Moments, 1);
        EncodeSeconds(ref thread, rounding.Moments, 2);
        EncodeSeconds(ref thread, rounding.Moments, 3);
    }

    /// <summary>The greatest of the thread's numbers of a state, in bits without sign.</summary>
    /// <param name="states">The state.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Greatest(in QuadWords states)
    {
        ScalarLane greatest = Signed8Units.Greatest(0, states, 0);
        greatest = Signed8Units.Greatest(greatest, states, 1);
        greatest = Signed8Units.Greatest(greatest, states, 2);
        return Signed8Units.Greatest(greatest, states, 3);
    }

    /// <summary>Puts the words of the pair where its first moments were, and writes their header if the thread is the group's first.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="greatest">The greatest scaled first moment of its group.</param>
    /// <param name="memory">The device's memory, from address 0.</param>
    /// <param name="places">Where the tensor begins in each slot.</param>
    /// <param name="tile">The tile's number in the tensor.</param>
    /// <param name="quad">The quad's number in the tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeFirsts(
        ref CompressedThread thread, ScalarLane greatest, in DeviceQuads memory, in Slabs<long> places, int tile, int quad)
    {
        var firsts = Pair16Firsts<ScalarLane>.Of(greatest, thread.Seconds.Bits);
        QuadWords scaled = thread.Words.State0;
        Pair16Units.EncodeFirsts(thread.Seconds, firsts, scaled, thread.Words.State1, ref thread.Words.State0, 0);
        Pair16Units.EncodeFirsts(thread.Seconds, firsts, scaled, thread.Words.State1, ref thread.Words.State0, 1);
        Pair16Units.EncodeFirsts(thread.Seconds, firsts, scaled, thread.Words.State1, ref thread.Words.State0, 2);
        Pair16Units.EncodeFirsts(thread.Seconds, firsts, scaled, thread.Words.State1, ref thread.Words.State0, 3);
        long headers = places.Headers + ((long)tile * TLayout.HeaderBytesPerTile);
        if (quad % ThreadsOfPair == 0)
        {
            memory.StoreHalf(
                (headers >> Quad.LogOfHalf) + (quad / ThreadsOfPair),
                new Quad() { X = thread.Seconds.Header.Bits, Y = firsts.Header.Bits });
        }
    }

    /// <summary>Puts the codes of a state where it was, and writes their header if the thread is the group's first.</summary>
    /// <param name="states">The state.</param>
    /// <param name="state">Its number.</param>
    /// <param name="greatest">The greatest of its group.</param>
    /// <param name="memory">The device's memory, from address 0.</param>
    /// <param name="places">Where the tensor begins in each slot.</param>
    /// <param name="tile">The tile's number in the tensor.</param>
    /// <param name="quad">The quad's number in the tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeSigned(
        ref QuadWords states,
        int state,
        ScalarLane greatest,
        in DeviceQuads memory,
        in Slabs<long> places,
        int tile,
        int quad)
    {
        ScalarLane header = Signed8.Header(greatest);
        ScalarLane inverse = Signed8.InverseStep(greatest, header);
        QuadWords decoded = states;
        Signed8Units.Encode(inverse, decoded, ref states, 0);
        Signed8Units.Encode(inverse, decoded, ref states, 1);
        Signed8Units.Encode(inverse, decoded, ref states, 2);
        Signed8Units.Encode(inverse, decoded, ref states, 3);
        if (quad % ThreadsOfSigned == 0)
            memory.StorePiece(HeaderOf(places.Headers + ((long)tile * TLayout.HeaderBytesPerTile), state, quad), header.Bits);
    }

    /// <summary>The number of a header of a state, in pieces of 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long HeaderOf(long headers, int state, int quad) =>
        ((headers + TLayout.HeaderOffsetOf(state)) >> 1) + (quad / ThreadsOfSigned);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DecodeSigned(
        in DeviceQuads memory, long headers, int quad, int state, ref QuadWords states, in QuadWords second)
    {
        if (!IsSigned(state))
            return;
        ScalarLane step = Signed8.Step(ScalarLane.FromHalf(memory.LoadPiece(HeaderOf(headers, state, quad))));
        QuadWords codes = states;
        Signed8Units.Decode(step, codes, ref states, 0);
        Signed8Units.Decode(step, codes, ref states, 1);
        Signed8Units.Decode(step, codes, ref states, 2);
        Signed8Units.Decode(step, codes, ref states, 3);
        if (TLayout.FormatOf(state) != StateFormat.SignedByPair)
            return;
        Signed8Units.Multiply(ref states, second, 0);
        Signed8Units.Multiply(ref states, second, 1);
        Signed8Units.Multiply(ref states, second, 2);
        Signed8Units.Multiply(ref states, second, 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mask(ref QuadWords states, int length)
    {
        states.First = states.First.Prefix(length);
        states.Second = states.Second.Prefix(length - Quad.Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EncodeSeconds(ref CompressedThread thread, in DitherScalars<ScalarLane> dithers, int unit)
    {
        Pair16Units.EncodeSeconds(
            thread.Seconds, ref thread.Words.State0, ref thread.Words.State1, unit, dithers, thread.Words.FirstNumber);
        if (TLayout.FormatOf(2) == StateFormat.SignedByPair)
            Signed8Units.Divide(ref thread.Words.State2, thread.Seconds, thread.Words.State1, unit);
        if (TLayout.FormatOf(3) == StateFormat.SignedByPair)
            Signed8Units.Divide(ref thread.Words.State3, thread.Seconds, thread.Words.State1, unit);
    }
}
