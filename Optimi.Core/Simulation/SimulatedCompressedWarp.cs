using ILGPU;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// A warp that steps a tile with states in groups, run by the host: between the exchanges thread by thread, and in them all threads'
/// registers at a time.
/// </summary>
internal static class SimulatedCompressedWarp<TRule, TApply, TLayout>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TLayout : ILayout
{
    /// <summary>Steps a tile.</summary>
    /// <typeparam name="TPass">What is done of the step.</typeparam>
    /// <param name="threads">Room for the threads of a warp; after the step, what they hold.</param>
    /// <param name="row">The scalars.</param>
    /// <param name="places">Where the tensor lies.</param>
    /// <param name="tile">The tile's number in the tensor.</param>
    /// <param name="length">How many numbers of the tile are the tensor's own.</param>
    /// <param name="memory">The device's memory, from address 0.</param>
    public static void Step<TPass>(
        Span<CompressedThread> threads,
        in Row<ScalarLane, TRule, TApply> row,
        in Slabs<long> places,
        int tile,
        int length,
        DeviceQuads memory)
        where TPass : IPass
    {
        for (int lane = 0; lane < threads.Length; lane++)
        {
            threads[lane] = CompressedQuad<TLayout>.Read<TRule, TPass>(memory, places, tile, lane);
            TLayout.StepQuad<TRule, TApply, TPass>(row, ref threads[lane].Words);
        }

        if (TPass.UpdatesStates)
            Encode(threads, row.Rounding, places, tile, length, memory);
        for (int lane = 0; lane < threads.Length; lane++)
            TLayout.Write<TPass>(memory, places, tile, lane, threads[lane].Words);
    }

    private static void Encode(
        Span<CompressedThread> threads,
        in RoundingScalars<ScalarLane> rounding,
        in Slabs<long> places,
        int tile,
        int length,
        DeviceQuads memory)
    {
        for (int lane = 0; lane < threads.Length; lane++)
            CompressedQuad<TLayout>.Mask(ref threads[lane], length - (lane * 2 * Quad.Length));
        if (CompressedQuad<TLayout>.HasPair)
        {
            SimulatedWarp.Register greatest = default, deepest = default, scaled = default;
            for (int lane = 0; lane < threads.Length; lane++)
            {
                greatest[lane] = BitsOf(CompressedQuad<TLayout>.GreatestSecond(threads[lane]));
                deepest[lane] = BitsOf(CompressedQuad<TLayout>.DeepestSecond(threads[lane]));
            }

            greatest = WarpMax.Of8<SimulatedWarp, SimulatedWarp.Register>(greatest);
            deepest = WarpMax.Of8<SimulatedWarp, SimulatedWarp.Register>(deepest);
            for (int lane = 0; lane < threads.Length; lane++)
            {
                CompressedQuad<TLayout>.EncodeSeconds(
                    ref threads[lane], ScalarLane.FromBits(greatest[lane]), ScalarLane.FromBits(deepest[lane]), rounding);
                scaled[lane] = BitsOf(CompressedQuad<TLayout>.Greatest(threads[lane].Words.State0));
            }

            scaled = WarpMax.Of8<SimulatedWarp, SimulatedWarp.Register>(scaled);
            for (int lane = 0; lane < threads.Length; lane++)
            {
                CompressedQuad<TLayout>.EncodeFirsts(
                    ref threads[lane], ScalarLane.FromBits(scaled[lane]), memory, places, tile, lane);
            }
        }

        for (int state = 0; state < StateTypes.Count; state++)
        {
            if (CompressedQuad<TLayout>.IsSigned(state))
                EncodeSigned(threads, state, places, tile, memory);
        }
    }

    private static void EncodeSigned(
        Span<CompressedThread> threads, int state, in Slabs<long> places, int tile, DeviceQuads memory)
    {
        SimulatedWarp.Register greatest = default;
        for (int lane = 0; lane < threads.Length; lane++)
            greatest[lane] = BitsOf(CompressedQuad<TLayout>.Greatest(StateOf(ref threads[lane].Words, state)));
        greatest = WarpMax.Of4<SimulatedWarp, SimulatedWarp.Register>(greatest);
        for (int lane = 0; lane < threads.Length; lane++)
        {
            CompressedQuad<TLayout>.EncodeSigned(
                ref StateOf(ref threads[lane].Words, state),
                state,
                ScalarLane.FromBits(greatest[lane]),
                memory,
                places,
                tile,
                lane);
        }
    }

    private static ref QuadWords StateOf(ref Slabs<QuadWords> words, int state)
    {
        switch (state)
        {
            case 0:
                return ref words.State0;
            case 1:
                return ref words.State1;
            case 2:
                return ref words.State2;
            default:
                return ref words.State3;
        }
    }

    private static uint BitsOf(ScalarLane register) => Interop.FloatAsInt(register.Value);
}
