using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>A layout of slots, each with a storage of its own.</summary>
/// <typeparam name="TValue">The storage of values.</typeparam>
/// <typeparam name="TGradient">The storage of gradients.</typeparam>
/// <typeparam name="TCompensation">The storage of the Kahan compensation.</typeparam>
/// <typeparam name="T0">The storage of the first state.</typeparam>
/// <typeparam name="T1">The storage of the second state.</typeparam>
/// <typeparam name="T2">The storage of the third state.</typeparam>
/// <typeparam name="T3">The storage of the fourth state.</typeparam>
/// <typeparam name="TAverage">The storage of the average of the parameters.</typeparam>
public readonly partial struct Layout<TValue, TGradient, TCompensation, T0, T1, T2, T3, TAverage> : ILayout
    where TValue : IStorage
    where TGradient : IStorage
    where TCompensation : IStorage
    where T0 : IStorage
    where T1 : IStorage
    where T2 : IStorage
    where T3 : IStorage
    where TAverage : IStorage
{
    /// <inheritdoc/>
    public static int UnitsPerTile => Tile.Length / TValue.NumbersPerUnit;

    /// <inheritdoc/>
    public static bool IsPacked => TValue.NumbersPerUnit == 2
        && TGradient.WordsPerUnit < 2
        && TCompensation.WordsPerUnit < 2
        && T0.WordsPerUnit < 2
        && T1.WordsPerUnit < 2
        && T2.WordsPerUnit < 2
        && T3.WordsPerUnit < 2
        && TAverage.WordsPerUnit < 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slabs<TMemory> At<TMemory>(in Slabs<TMemory> slabs, in Slabs<long> places, long length, int tile)
        where TMemory : struct, IDeviceMemory<TMemory> => new()
        {
            Values = At<TValue, TMemory>(slabs.Values, places.Values, length, tile),
            Gradients = At<TGradient, TMemory>(slabs.Gradients, places.Gradients, length, tile),
            Compensation = At<TCompensation, TMemory>(slabs.Compensation, places.Compensation, length, tile),
            State0 = At<T0, TMemory>(slabs.State0, places.State0, length, tile),
            State1 = At<T1, TMemory>(slabs.State1, places.State1, length, tile),
            State2 = At<T2, TMemory>(slabs.State2, places.State2, length, tile),
            State3 = At<T3, TMemory>(slabs.State3, places.State3, length, tile),
            Average = At<TAverage, TMemory>(slabs.Average, places.Average, length, tile),
            Measured = slabs.Measured,
            MeasuredHigh = slabs.MeasuredHigh,
        };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slabs<TMemory> Skip<TMemory>(in Slabs<TMemory> slabs, int tiles)
        where TMemory : struct, IMemory<TMemory> => new()
        {
            Values = slabs.Values.Skip(Words<TValue>(tiles)),
            Gradients = slabs.Gradients.Skip(Words<TGradient>(tiles)),
            Compensation = slabs.Compensation.Skip(Words<TCompensation>(tiles)),
            State0 = slabs.State0.Skip(Words<T0>(tiles)),
            State1 = slabs.State1.Skip(Words<T1>(tiles)),
            State2 = slabs.State2.Skip(Words<T2>(tiles)),
            State3 = slabs.State3.Skip(Words<T3>(tiles)),
            Average = slabs.Average.Skip(Words<TAverage>(tiles)),
            Measured = slabs.Measured,
            MeasuredHigh = slabs.MeasuredHigh,
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
        Slabs<TWords> at = slabs;
        int unit = first;
        do
        {
            Pair<TLane> p = default;
            if (ReadsValues<TLane, TRule, TPass>())
                p = TValue.Load<TLane, TWords>(at.Values, unit);
            Pair<TLane> g = default;
            if (TPass.UpdatesStates)
                g = TGradient.Load<TLane, TWords>(at.Gradients, unit);
            Pair<TLane> k = default;
            if (TPass.UpdatesParameters)
                k = TCompensation.Load<TLane, TWords>(at.Compensation, unit);
            Pair<TLane> s0 = T0.Load<TLane, TWords>(at.State0, unit);
            Pair<TLane> s1 = T1.Load<TLane, TWords>(at.State1, unit);
            Pair<TLane> s2 = T2.Load<TLane, TWords>(at.State2, unit);
            Pair<TLane> s3 = T3.Load<TLane, TWords>(at.State3, unit);
            Pair<TLane> x = default;
            if (TPass.UpdatesStates)
            {
                g.Low = gradientScalars.Taken<TPass>(g.Low);
                if (TValue.NumbersPerUnit == 2)
                    g.High = gradientScalars.Taken<TPass>(g.High);
            }

            if (TPass.MayPenalize && TPass.UpdatesStates && !TRule.Measures)
            {
                g.Low = WeightDecay.IntoGradient(l2, p.Low, g.Low);
                if (TValue.NumbersPerUnit == 2)
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
            if (TValue.NumbersPerUnit == 2)
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
                if (TAverage.WordsPerUnit > 0 && TPass.MayBegin)
                {
                    e.Low = averageScalars.Begun(Whole(p.Low, k.Low), e.Low);
                    if (TValue.NumbersPerUnit == 2)
                        e.High = averageScalars.Begun(Whole(p.High, k.High), e.High);
                }

                apply.Update<TValue, TRule, TPass>(rule, ref p.Low, ref k.Low, x.Low, ref low);
                if (TValue.NumbersPerUnit == 2)
                    apply.Update<TValue, TRule, TPass>(rule, ref p.High, ref k.High, x.High, ref high);
                if (TAverage.WordsPerUnit > 0)
                {
                    // The average is of what is stored, which the next step goes on from.
                    k.Low = TCompensation.Round(k.Low);
                    e.Low = averageScalars.Next(Whole(p.Low, k.Low), e.Low);
                    if (TValue.NumbersPerUnit == 2)
                    {
                        k.High = TCompensation.Round(k.High);
                        e.High = averageScalars.Next(Whole(p.High, k.High), e.High);
                    }

                    TAverage.Store(ref at.Average, unit, e);
                    TCompensation.StoreRounded(ref at.Compensation, unit, k);
                }

                TValue.StoreRounded(ref at.Values, unit, p);
                if (TAverage.WordsPerUnit == 0)
                    TCompensation.Store(ref at.Compensation, unit, k);
            }

            if (TRule.LooksAhead && TPass.UpdatesStates)
                StoreStates(ref at, unit, low, high);

            if (TPass.Measures)
            {
                at.Measured.Store(unit, x.Low);
                if (TValue.NumbersPerUnit == 2)
                    at.MeasuredHigh.Store(unit, x.High);
            }

            unit++;
        }
        while (TWords.Walks && unit < end);

        slabs = at;
    }

    /// <summary>Whether a pass looks at the values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ReadsValues<TLane, TRule, TPass>()
        where TLane : unmanaged, ILane<TLane>
        where TRule : unmanaged, IUpdateRule<TRule, TLane>
        where TPass : IPass => TPass.UpdatesParameters || !TRule.Measures || TRule.Begins;

    /// <summary>A parameter with what rounding it has lost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Whole<TLane>(TLane parameter, TLane compensation)
        where TLane : unmanaged, ILane<TLane> =>
        TCompensation.WordsPerUnit > 0 ? parameter + compensation : parameter;

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
    private static TMemory At<TStorage, TMemory>(TMemory memory, long begin, long length, int tile)
        where TStorage : IStorage
        where TMemory : struct, IDeviceMemory<TMemory> => memory.Of(
            begin, length * (sizeof(uint) * TStorage.WordsPerUnit / TStorage.NumbersPerUnit), Words<TStorage>(tile) * sizeof(uint));

    /// <summary>How many words some tiles of a slot take.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Words<TStorage>(int tiles)
        where TStorage : IStorage => (long)tiles * (UnitsPerTile * TStorage.WordsPerUnit);
}
