using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>A layout of slots, each with a storage of its own.</summary>
/// <typeparam name="TWeights">How parameters are kept.</typeparam>
/// <typeparam name="TGradient">The storage of gradients.</typeparam>
/// <typeparam name="T0">The storage of the first state.</typeparam>
/// <typeparam name="T1">The storage of the second state.</typeparam>
/// <typeparam name="T2">The storage of the third state.</typeparam>
/// <typeparam name="T3">The storage of the fourth state.</typeparam>
/// <typeparam name="TAverage">The storage of the average of the parameters.</typeparam>
internal readonly partial struct Layout<TWeights, TGradient, T0, T1, T2, T3, TAverage> : ILayout
    where TWeights : IWeights
    where TGradient : IStorage
    where T0 : IStorage
    where T1 : IStorage
    where T2 : IStorage
    where T3 : IStorage
    where TAverage : IStorage
{
    /// <inheritdoc/>
    public static int UnitsPerTile => Tile.Length / TWeights.NumbersPerUnit;

    /// <inheritdoc/>
    public static bool IsPacked => TWeights.NumbersPerUnit == 2
        && TWeights.ValueBytesPerUnit <= sizeof(uint)
        && TGradient.BytesPerUnit <= sizeof(uint)
        && T0.BytesPerUnit <= sizeof(uint)
        && T1.BytesPerUnit <= sizeof(uint)
        && T2.BytesPerUnit <= sizeof(uint)
        && T3.BytesPerUnit <= sizeof(uint)
        && TAverage.BytesPerUnit <= sizeof(uint);

    /// <inheritdoc/>
    public static bool IsCompressed => HeaderBytesPerTile > 0;

    /// <inheritdoc/>
    public static int HeaderBytesPerTile => HeaderOffsetOf(4);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static StateFormat FormatOf(int state) => state switch
    {
        0 => T0.Format,
        1 => T1.Format,
        2 => T2.Format,
        _ => T3.Format,
    };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int HeaderOffsetOf(int state) =>
        (state > 0 ? GroupHeaders.BytesPerTile(T0.Format) : 0)
        + (state > 1 ? GroupHeaders.BytesPerTile(T1.Format) : 0)
        + (state > 2 ? GroupHeaders.BytesPerTile(T2.Format) : 0)
        + (state > 3 ? GroupHeaders.BytesPerTile(T3.Format) : 0);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slabs<TMemory> At<TMemory>(in Slabs<TMemory> slabs, in Slabs<long> places, long length, int tile)
        where TMemory : struct, IDeviceMemory<TMemory> => new()
        {
            Values = At(slabs.Values, places.Values, length, tile, TWeights.ValueBytesPerUnit),
            Gradients = At(slabs.Gradients, places.Gradients, length, tile, TGradient.BytesPerUnit),
            Compensation = At(slabs.Compensation, places.Compensation, length, tile, TWeights.RestBytesPerUnit),
            State0 = At(slabs.State0, places.State0, length, tile, T0.BytesPerUnit),
            State1 = At(slabs.State1, places.State1, length, tile, T1.BytesPerUnit),
            State2 = At(slabs.State2, places.State2, length, tile, T2.BytesPerUnit),
            State3 = At(slabs.State3, places.State3, length, tile, T3.BytesPerUnit),
            Average = At(slabs.Average, places.Average, length, tile, TAverage.BytesPerUnit),
            Measured = slabs.Measured,
            MeasuredHigh = slabs.MeasuredHigh,
            Headers = slabs.Headers.Of(
                places.Headers, ((length + Tile.Length - 1) >> Tile.LogOfLength) * HeaderBytesPerTile, (long)tile * HeaderBytesPerTile),
            FirstNumber = tile * Tile.Length,
        };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slabs<TMemory> Skip<TMemory>(in Slabs<TMemory> slabs, int tiles)
        where TMemory : struct, IMemory<TMemory> => new()
        {
            Values = slabs.Values.Skip(Words(tiles, TWeights.ValueBytesPerUnit)),
            Gradients = slabs.Gradients.Skip(Words(tiles, TGradient.BytesPerUnit)),
            Compensation = slabs.Compensation.Skip(Words(tiles, TWeights.RestBytesPerUnit)),
            State0 = slabs.State0.Skip(Words(tiles, T0.BytesPerUnit)),
            State1 = slabs.State1.Skip(Words(tiles, T1.BytesPerUnit)),
            State2 = slabs.State2.Skip(Words(tiles, T2.BytesPerUnit)),
            State3 = slabs.State3.Skip(Words(tiles, T3.BytesPerUnit)),
            Average = slabs.Average.Skip(Words(tiles, TAverage.BytesPerUnit)),
            Measured = slabs.Measured,
            MeasuredHigh = slabs.MeasuredHigh,
            Headers = slabs.Headers.Skip((long)tiles * (HeaderBytesPerTile / sizeof(uint))),
            FirstNumber = slabs.FirstNumber + (tiles * Tile.Length),
        };

    /// <inheritdoc/>
    /// <remarks>
    /// On the host this is a method of its own, not inlined into a smaller one: the JIT's budget for inlining grows with the
    /// method that it starts from, and a call that it fails to inline costs a factor of three.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Step<TLane, TRule, TApply, TPass, TWords>(
        in Row<TLane, TRule, TApply> row, ref Slabs<TWords> slabs, int first, int end)
        where TLane : unmanaged, ILane<TLane>
        where TRule : unmanaged, IUpdateRule<TRule, TLane>
        where TApply : unmanaged, IApply<TApply, TLane>
        where TPass : IPass
        where TWords : struct, IWords<TLane>
    {
        TRule rule = row.Rule;
        TApply apply = row.Apply;
        TLane l2 = row.L2;
        TLane isFirstStep = row.IsFirstStep;
        GradientScalars<TLane> gradientScalars = row.Gradient;
        AverageScalars<TLane> averageScalars = row.Average;
        DitherScalars<TLane> ditherScalars = row.Rounding.Weights;
        Slabs<TWords> at = slabs;
        int unit = first;
        TLane dither = default;
        TLane ditherStep = default;
        if (TWeights.Dithers && TPass.UpdatesParameters)
        {
            dither = ditherScalars.At(at.FirstNumber, unit, TWeights.NumbersPerUnit);
            ditherStep = ditherScalars.Step();
        }

        do
        {
            Pair<TLane> p = default;
            if (ReadsValues<TLane, TRule, TPass>())
                p = TWeights.Load<TLane, TWords>(at.Values, at.Compensation, unit);
            Pair<TLane> g = default;
            if (TPass.UpdatesStates)
                g = TGradient.Load<TLane, TWords>(at.Gradients, unit);
            Pair<TLane> k = default;
            if (TPass.UpdatesParameters)
                k = TWeights.LoadCompensation<TLane, TWords>(at.Compensation, unit);
            Pair<TLane> s0 = T0.Load<TLane, TWords>(at.State0, unit);
            Pair<TLane> s1 = T1.Load<TLane, TWords>(at.State1, unit);
            Pair<TLane> s2 = T2.Load<TLane, TWords>(at.State2, unit);
            Pair<TLane> s3 = T3.Load<TLane, TWords>(at.State3, unit);
            Pair<TLane> x = default;
            if (TPass.UpdatesStates)
            {
                g.Low = gradientScalars.Taken<TPass>(g.Low);
                if (TWeights.NumbersPerUnit == 2)
                    g.High = gradientScalars.Taken<TPass>(g.High);
            }

            if (TPass.MayPenalize && TPass.UpdatesStates && !TRule.Measures)
            {
                g.Low = WeightDecay.IntoGradient(l2, p.Low, g.Low);
                if (TWeights.NumbersPerUnit == 2)
                    g.High = WeightDecay.IntoGradient(l2, p.High, g.High);
            }

            States<TLane> low = new() { First = s0.Low, Second = s1.Low, Third = s2.Low, Fourth = s3.Low };
            if (TRule.Begins && TPass.UpdatesStates && TPass.MayBegin)
                Begin(rule, isFirstStep, p.Low, g.Low, ref low);
            if (TRule.Measures && TPass.UpdatesStates)
                x.Low = TRule.Measure(rule, g.Low, ref low);
            else
                x.Low = rule.Step(p.Low, g.Low, ref low);

            States<TLane> high = new() { First = s0.High, Second = s1.High, Third = s2.High, Fourth = s3.High };
            if (TWeights.NumbersPerUnit == 2)
            {
                if (TRule.Begins && TPass.UpdatesStates && TPass.MayBegin)
                    Begin(rule, isFirstStep, p.High, g.High, ref high);
                if (TRule.Measures && TPass.UpdatesStates)
                    x.High = TRule.Measure(rule, g.High, ref high);
                else
                    x.High = rule.Step(p.High, g.High, ref high);
            }

            // Now, while a processor still divides and takes roots for the directions, there is time to round states.
            // Only slow weights are not known before the update.
            if (!TRule.LooksAhead && TPass.UpdatesStates)
                StoreStates(ref at, unit, low, high);

            if (TPass.UpdatesParameters)
            {
                Pair<TLane> e = TAverage.Load<TLane, TWords>(at.Average, unit);
                if (TAverage.BytesPerUnit > 0 && TPass.MayBegin)
                {
                    e.Low = averageScalars.Begun(TWeights.Whole(p.Low, k.Low), e.Low);
                    if (TWeights.NumbersPerUnit == 2)
                        e.High = averageScalars.Begun(TWeights.Whole(p.High, k.High), e.High);
                }

                apply.Update<TWeights, TRule, TPass>(rule, ref p.Low, ref k.Low, x.Low, ref low, dither);
                if (TWeights.NumbersPerUnit == 2)
                    apply.Update<TWeights, TRule, TPass>(rule, ref p.High, ref k.High, x.High, ref high, ditherScalars.Second(dither));
                if (TWeights.Dithers)
                    dither = TLane.AddBits(dither, ditherStep);
                if (TAverage.BytesPerUnit > 0)
                {
                    // The average is of what is stored, which the next step goes on from.
                    k.Low = TWeights.RoundCompensation(k.Low);
                    e.Low = averageScalars.Next(TWeights.Whole(p.Low, k.Low), e.Low);
                    if (TWeights.NumbersPerUnit == 2)
                    {
                        k.High = TWeights.RoundCompensation(k.High);
                        e.High = averageScalars.Next(TWeights.Whole(p.High, k.High), e.High);
                    }

                    TAverage.Store(ref at.Average, unit, e);
                    TWeights.StoreCompensation<TLane, TWords>(ref at.Compensation, unit, k);
                }

                TWeights.Store<TLane, TWords>(ref at.Values, ref at.Compensation, unit, p);
                if (TAverage.BytesPerUnit == 0)
                    TWeights.StoreCompensation<TLane, TWords>(ref at.Compensation, unit, k);
            }

            if (TRule.LooksAhead && TPass.UpdatesStates)
                StoreStates(ref at, unit, low, high);

            if (TPass.Measures)
            {
                at.Measured.Store(unit, x.Low);
                if (TWeights.NumbersPerUnit == 2)
                    at.MeasuredHigh.Store(unit, x.High);
            }

            unit++;
        }
        while (TWords.Walks && unit < end);

        slabs = at;
    }

    /// <summary>Whether a pass looks at what goes with the values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ReadsRest<TLane, TRule, TPass>()
        where TLane : unmanaged, ILane<TLane>
        where TRule : unmanaged, IUpdateRule<TRule, TLane>
        where TPass : IPass => TPass.UpdatesParameters || (!TWeights.IsCompensated && ReadsValues<TLane, TRule, TPass>());

    /// <summary>Whether a pass looks at the values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ReadsValues<TLane, TRule, TPass>()
        where TLane : unmanaged, ILane<TLane>
        where TRule : unmanaged, IUpdateRule<TRule, TLane>
        where TPass : IPass => TPass.UpdatesParameters || !TRule.Measures || TRule.Begins;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Begin<TLane, TRule>(
        in TRule rule, TLane isFirstStep, TLane p, TLane g, ref States<TLane> states)
        where TLane : unmanaged, ILane<TLane>
        where TRule : unmanaged, IUpdateRule<TRule, TLane>
    {
        States<TLane> begun = states;
        TRule.Begin(rule, p, g, ref begun);
        states.First = TLane.Choose(isFirstStep, T0.Round(begun.First), states.First);
        states.Second = TLane.Choose(isFirstStep, T1.Round(begun.Second), states.Second);
        states.Third = TLane.Choose(isFirstStep, T2.Round(begun.Third), states.Third);
        states.Fourth = TLane.Choose(isFirstStep, T3.Round(begun.Fourth), states.Fourth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreStates<TLane, TWords>(
        ref Slabs<TWords> slabs, int unit, in States<TLane> low, in States<TLane> high)
        where TLane : unmanaged, ILane<TLane>
        where TWords : struct, IWords<TLane>
    {
        T0.Store(ref slabs.State0, unit, new Pair<TLane>() { Low = low.First, High = high.First });
        T1.Store(ref slabs.State1, unit, new Pair<TLane>() { Low = low.Second, High = high.Second });
        T2.Store(ref slabs.State2, unit, new Pair<TLane>() { Low = low.Third, High = high.Third });
        T3.Store(ref slabs.State3, unit, new Pair<TLane>() { Low = low.Fourth, High = high.Fourth });
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TMemory At<TMemory>(TMemory memory, long begin, long length, int tile, int bytesPerUnit)
        where TMemory : struct, IDeviceMemory<TMemory> =>
        memory.Of(begin, length * (bytesPerUnit / TWeights.NumbersPerUnit), Words(tile, bytesPerUnit) * sizeof(uint));

    /// <summary>How many words some tiles of a slot take.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Words(int tiles, int bytesPerUnit) => (long)tiles * (UnitsPerTile * bytesPerUnit / sizeof(uint));
}
