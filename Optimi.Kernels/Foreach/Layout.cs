using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>A layout of slots, each with a storage of its own.</summary>
/// <typeparam name="TValue">The storage of values and gradients.</typeparam>
/// <typeparam name="TCompensation">The storage of the Kahan compensation.</typeparam>
/// <typeparam name="T0">The storage of the first state.</typeparam>
/// <typeparam name="T1">The storage of the second state.</typeparam>
/// <typeparam name="T2">The storage of the third state.</typeparam>
/// <typeparam name="T3">The storage of the fourth state.</typeparam>
public readonly struct Layout<TValue, TCompensation, T0, T1, T2, T3> : ILayout
    where TValue : IStorage
    where TCompensation : IStorage
    where T0 : IStorage
    where T1 : IStorage
    where T2 : IStorage
    where T3 : IStorage
{
    /// <inheritdoc/>
    public static int UnitsPerTile => Tile.Length / TValue.NumbersPerUnit;

    /// <inheritdoc/>
    public static bool IsPacked => TValue.NumbersPerUnit == 2
        && TCompensation.WordsPerUnit < 2
        && T0.WordsPerUnit < 2
        && T1.WordsPerUnit < 2
        && T2.WordsPerUnit < 2
        && T3.WordsPerUnit < 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slabs<TMemory> At<TMemory>(in Slabs<TMemory> slabs, Tile tile, int number)
        where TMemory : struct, IMemory<TMemory> => new()
        {
            Values = slabs.Values.Skip(Offset<TValue>(tile.Value)),
            Gradients = slabs.Gradients.Skip(Offset<TValue>(tile.Gradient)),
            Compensation = slabs.Compensation.Skip(Offset<TCompensation>(number)),
            State0 = slabs.State0.Skip(Offset<T0>(number)),
            State1 = slabs.State1.Skip(Offset<T1>(number)),
            State2 = slabs.State2.Skip(Offset<T2>(number)),
            State3 = slabs.State3.Skip(Offset<T3>(number)),
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
        TLane gradientSign = row.GradientSign;
        Slabs<TWords> at = slabs;
        int unit = first;
        do
        {
            Pair<TLane> p = default;
            if (TPass.UpdatesParameters || !TRule.Measures || TRule.Begins)
                p = TValue.Load<TLane, TWords>(at.Values, unit);
            Pair<TLane> g = default;
            if (TPass.UpdatesStates)
                g = TValue.Load<TLane, TWords>(at.Gradients, unit);
            Pair<TLane> k = default;
            if (TPass.UpdatesParameters)
                k = TCompensation.Load<TLane, TWords>(at.Compensation, unit);
            Pair<TLane> s0 = T0.Load<TLane, TWords>(at.State0, unit);
            Pair<TLane> s1 = T1.Load<TLane, TWords>(at.State1, unit);
            Pair<TLane> s2 = T2.Load<TLane, TWords>(at.State2, unit);
            Pair<TLane> s3 = T3.Load<TLane, TWords>(at.State3, unit);
            Pair<TLane> x = default;
            if (TPass.MayMaximize && TPass.UpdatesStates)
            {
                g.Low = gradientSign * g.Low;
                if (TValue.NumbersPerUnit == 2)
                    g.High = gradientSign * g.High;
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
                apply.Update<TValue, TRule, TPass>(rule, ref p.Low, ref k.Low, x.Low, ref low);
                if (TValue.NumbersPerUnit == 2)
                    apply.Update<TValue, TRule, TPass>(rule, ref p.High, ref k.High, x.High, ref high);
                TValue.StoreRounded(ref at.Values, unit, p);
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

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Slabs<QuadWords> Read<TPass>(in Slabs<DeviceQuads> slabs, Tile tile, int number, int quad)
        where TPass : IPass => new()
        {
            Values = ReadSlot<TValue>(slabs.Values, tile.Value, quad),
            Gradients = TPass.UpdatesStates ? ReadSlot<TValue>(slabs.Gradients, tile.Gradient, quad) : default,
            Compensation = TPass.UpdatesParameters ? ReadSlot<TCompensation>(slabs.Compensation, number, quad) : default,
            State0 = ReadSlot<T0>(slabs.State0, number, quad),
            State1 = ReadSlot<T1>(slabs.State1, number, quad),
            State2 = ReadSlot<T2>(slabs.State2, number, quad),
            State3 = ReadSlot<T3>(slabs.State3, number, quad),
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
        in Slabs<DeviceQuads> slabs, Tile tile, int number, int quad, in Slabs<QuadWords> words)
        where TPass : IPass
    {
        if (TPass.UpdatesParameters)
        {
            WriteSlot<TValue>(slabs.Values, tile.Value, quad, words.Values);
            WriteSlot<TCompensation>(slabs.Compensation, number, quad, words.Compensation);
        }

        if (TPass.UpdatesStates)
        {
            WriteSlot<T0>(slabs.State0, number, quad, words.State0);
            WriteSlot<T1>(slabs.State1, number, quad, words.State1);
            WriteSlot<T2>(slabs.State2, number, quad, words.State2);
            WriteSlot<T3>(slabs.State3, number, quad, words.State3);
        }
    }

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

    /// <summary>Where a slot's tile begins, in words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Offset<TStorage>(int tile)
        where TStorage : IStorage => (long)tile * UnitsPerTile * TStorage.WordsPerUnit;

    /// <summary>A quad's number in a slab of which a unit takes one word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long QuadNumber(int tile, int quad) => ((long)tile * (UnitsPerTile / Quad.Length)) + quad;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static QuadWords ReadSlot<TStorage>(in DeviceQuads quads, int tile, int quad)
        where TStorage : IStorage
    {
        QuadWords words = default;
        long number = QuadNumber(tile, quad);
        if (TStorage.WordsPerUnit == 1)
            words.First = quads.Load(number);
        if (TStorage.WordsPerUnit == 2)
        {
            words.First = quads.Load(2 * number);
            words.Second = quads.Load((2 * number) + 1);
        }

        return words;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteSlot<TStorage>(in DeviceQuads quads, int tile, int quad, in QuadWords words)
        where TStorage : IStorage
    {
        long number = QuadNumber(tile, quad);
        if (TStorage.WordsPerUnit == 1)
            quads.Store(number, words.First);
        if (TStorage.WordsPerUnit == 2)
        {
            quads.Store(2 * number, words.First);
            quads.Store((2 * number) + 1, words.Second);
        }
    }
}
