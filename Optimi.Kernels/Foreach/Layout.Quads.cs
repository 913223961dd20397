using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <content>Threads that move 16 bytes of each slot.</content>
internal readonly partial struct Layout<TWeights, TGradient, T0, T1, T2, T3, TAverage>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slabs<QuadWords> Read<TRule, TPass>(in DeviceQuads memory, in Slabs<long> places, int tile, int quad)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TPass : IPass => new()
        {
            Values = ReadsValues<ScalarLane, TRule, TPass>() ? ReadSlot(memory, places.Values, tile, quad, TWeights.ValueBytesPerUnit) : default,
            Gradients = TPass.UpdatesStates ? ReadSlot(memory, places.Gradients, tile, quad, TGradient.BytesPerUnit) : default,
            Compensation = ReadsRest<ScalarLane, TRule, TPass>()
                ? ReadSlot(memory, places.Compensation, tile, quad, TWeights.RestBytesPerUnit)
                : default,
            State0 = ReadSlot(memory, places.State0, tile, quad, T0.BytesPerUnit),
            State1 = ReadSlot(memory, places.State1, tile, quad, T1.BytesPerUnit),
            State2 = ReadSlot(memory, places.State2, tile, quad, T2.BytesPerUnit),
            State3 = ReadSlot(memory, places.State3, tile, quad, T3.BytesPerUnit),
            Average = TPass.UpdatesParameters ? ReadSlot(memory, places.Average, tile, quad, TAverage.BytesPerUnit) : default,
            FirstNumber = (tile * Tile.Length) + (quad * (Quad.Length * TWeights.NumbersPerUnit)),
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
            WriteSlot(memory, places.Values, tile, quad, TWeights.ValueBytesPerUnit, words.Values);
            WriteSlot(memory, places.Compensation, tile, quad, TWeights.RestBytesPerUnit, words.Compensation);
            WriteSlot(memory, places.Average, tile, quad, TAverage.BytesPerUnit, words.Average);
        }

        if (TPass.UpdatesStates)
        {
            WriteSlot(memory, places.State0, tile, quad, T0.BytesPerUnit, words.State0);
            WriteSlot(memory, places.State1, tile, quad, T1.BytesPerUnit, words.State1);
            WriteSlot(memory, places.State2, tile, quad, T2.BytesPerUnit, words.State2);
            WriteSlot(memory, places.State3, tile, quad, T3.BytesPerUnit, words.State3);
        }
    }

    /// <summary>Where a thread's part of a slot begins, in bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long PlaceOf(long begin, int tile, int quad, int bytesPerUnit) =>
        begin + (((long)tile * (UnitsPerTile / Quad.Length) + quad) * (Quad.Length * bytesPerUnit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static QuadWords ReadSlot(in DeviceQuads memory, long begin, int tile, int quad, int bytesPerUnit)
    {
        QuadWords words = default;
        long place = PlaceOf(begin, tile, quad, bytesPerUnit);
        if (bytesPerUnit == sizeof(ushort))
            words.First = memory.LoadHalf(place >> Quad.LogOfHalf);
        if (bytesPerUnit >= sizeof(uint))
            words.First = memory.Load(place >> Quad.LogOfBytes);
        if (bytesPerUnit == 2 * sizeof(uint))
            words.Second = memory.Load((place >> Quad.LogOfBytes) + 1);
        return words;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteSlot(in DeviceQuads memory, long begin, int tile, int quad, int bytesPerUnit, in QuadWords words)
    {
        long place = PlaceOf(begin, tile, quad, bytesPerUnit);
        if (bytesPerUnit == sizeof(ushort))
            memory.StoreHalf(place >> Quad.LogOfHalf, words.First);
        if (bytesPerUnit >= sizeof(uint))
            memory.Store(place >> Quad.LogOfBytes, words.First);
        if (bytesPerUnit == 2 * sizeof(uint))
            memory.Store((place >> Quad.LogOfBytes) + 1, words.Second);
    }
}
