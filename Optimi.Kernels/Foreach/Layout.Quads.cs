using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <content>Threads that move 16 bytes of each slot.</content>
public readonly partial struct Layout<TValue, TGradient, TCompensation, T0, T1, T2, T3, TAverage>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slabs<QuadWords> Read<TRule, TPass>(in DeviceQuads memory, in Slabs<long> places, int tile, int quad)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TPass : IPass => new()
        {
            Values = ReadsValues<ScalarLane, TRule, TPass>() ? ReadSlot<TValue>(memory, places.Values, tile, quad) : default,
            Gradients = TPass.UpdatesStates ? ReadSlot<TGradient>(memory, places.Gradients, tile, quad) : default,
            Compensation = TPass.UpdatesParameters ? ReadSlot<TCompensation>(memory, places.Compensation, tile, quad) : default,
            State0 = ReadSlot<T0>(memory, places.State0, tile, quad),
            State1 = ReadSlot<T1>(memory, places.State1, tile, quad),
            State2 = ReadSlot<T2>(memory, places.State2, tile, quad),
            State3 = ReadSlot<T3>(memory, places.State3, tile, quad),
            Average = TPass.UpdatesParameters ? ReadSlot<TAverage>(memory, places.Average, tile, quad) : default,
        };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StepQuad<TRule, TApply, TPass>(in Row<ScalarLane, TRule, TApply> row, ref Slabs<QuadWords> words)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TApply : unmanaged, IApply<TApply, ScalarLane>
        where TPass : IPass
    {
        Step<ScalarLane, TRule, TApply, TPass, QuadWords>(row, ref words, 0, 0);
        Step<ScalarLane, TRule, TApply, TPass, QuadWords>(row, ref words, 1, 1);
        Step<ScalarLane, TRule, TApply, TPass, QuadWords>(row, ref words, 2, 2);
        Step<ScalarLane, TRule, TApply, TPass, QuadWords>(row, ref words, 3, 3);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<TPass>(
        in DeviceQuads memory, in Slabs<long> places, int tile, int quad, in Slabs<QuadWords> words)
        where TPass : IPass
    {
        if (TPass.UpdatesParameters)
        {
            WriteSlot<TValue>(memory, places.Values, tile, quad, words.Values);
            WriteSlot<TCompensation>(memory, places.Compensation, tile, quad, words.Compensation);
            WriteSlot<TAverage>(memory, places.Average, tile, quad, words.Average);
        }

        if (TPass.UpdatesStates)
        {
            WriteSlot<T0>(memory, places.State0, tile, quad, words.State0);
            WriteSlot<T1>(memory, places.State1, tile, quad, words.State1);
            WriteSlot<T2>(memory, places.State2, tile, quad, words.State2);
            WriteSlot<T3>(memory, places.State3, tile, quad, words.State3);
        }
    }

    /// <summary>The number of a thread's first quad of a slot, counted from address 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long QuadNumber<TStorage>(long begin, int tile, int quad)
        where TStorage : IStorage =>
        (begin >> Quad.LogOfBytes) + (TStorage.WordsPerUnit * (((long)tile * (UnitsPerTile / Quad.Length)) + quad));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static QuadWords ReadSlot<TStorage>(in DeviceQuads memory, long begin, int tile, int quad)
        where TStorage : IStorage
    {
        QuadWords words = default;
        long number = QuadNumber<TStorage>(begin, tile, quad);
        if (TStorage.WordsPerUnit > 0)
            words.First = memory.Load(number);
        if (TStorage.WordsPerUnit == 2)
            words.Second = memory.Load(number + 1);
        return words;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteSlot<TStorage>(in DeviceQuads memory, long begin, int tile, int quad, in QuadWords words)
        where TStorage : IStorage
    {
        long number = QuadNumber<TStorage>(begin, tile, quad);
        if (TStorage.WordsPerUnit > 0)
            memory.Store(number, words.First);
        if (TStorage.WordsPerUnit == 2)
            memory.Store(number + 1, words.Second);
    }
}
