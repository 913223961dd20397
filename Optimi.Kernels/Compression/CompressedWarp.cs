using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>How the threads of a warp encode a tile together.</summary>
/// <typeparam name="TLayout">The storage of the slots: units of two numbers.</typeparam>
internal static class CompressedWarp<TLayout>
    where TLayout : ILayout
{
    /// <summary>Encodes the states of a thread's quad, after it has stepped them.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="length">How many numbers of the tile are the tensor's own: the others become zero.</param>
    /// <param name="rounding">How to round.</param>
    /// <param name="memory">The device's memory, from address 0.</param>
    /// <param name="places">Where the tensor begins in each slot.</param>
    /// <param name="tile">The tile's number in the tensor.</param>
    /// <param name="quad">The quad's number in the tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Encode(
        ref CompressedThread thread,
        int length,
        in RoundingScalars<ScalarLane> rounding,
        DeviceQuads memory,
        in Slabs<long> places,
        int tile,
        int quad)
    {
        CompressedQuad<TLayout>.Mask(ref thread, length - (quad * 2 * Quad.Length));
        if (CompressedQuad<TLayout>.HasPair)
        {
            ScalarLane greatest = OfPair(CompressedQuad<TLayout>.GreatestSecond(thread));
            ScalarLane deepest = OfPair(CompressedQuad<TLayout>.DeepestSecond(thread));
            CompressedQuad<TLayout>.EncodeSeconds(ref thread, greatest, deepest, rounding);
            ScalarLane scaled = OfPair(CompressedQuad<TLayout>.Greatest(thread.Words.State0));
            CompressedQuad<TLayout>.EncodeFirsts(ref thread, scaled, memory, places, tile, quad);
        }

        EncodeSigned(ref thread.Words.State0, 0, memory, places, tile, quad);
        EncodeSigned(ref thread.Words.State1, 1, memory, places, tile, quad);
        EncodeSigned(ref thread.Words.State2, 2, memory, places, tile, quad);
        EncodeSigned(ref thread.Words.State3, 3, memory, places, tile, quad);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EncodeSigned(
        ref QuadWords states, int state, DeviceQuads memory, in Slabs<long> places, int tile, int quad)
    {
        if (!CompressedQuad<TLayout>.IsSigned(state))
            return;
        ScalarLane greatest = OfSigned(CompressedQuad<TLayout>.Greatest(states));
        CompressedQuad<TLayout>.EncodeSigned(ref states, state, greatest, memory, places, tile, quad);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScalarLane OfPair(ScalarLane greatest) =>
        ScalarLane.FromBits(WarpMax.Of8<DeviceWarp, uint>(greatest.Bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScalarLane OfSigned(ScalarLane greatest) =>
        ScalarLane.FromBits(WarpMax.Of4<DeviceWarp, uint>(greatest.Bits));
}
