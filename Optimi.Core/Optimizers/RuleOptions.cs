using Optimi.Kernels;

namespace Optimi;

/// <summary>The options of an optimizer with a certain rule: they give the rule its scalars.</summary>
/// <typeparam name="TRule">The rule, with <see cref="ScalarLane"/> as its register.</typeparam>
public abstract record RuleOptions<TRule> : OptimizerOptions
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    /// <summary>The scalars of a step, computed in float64 and rounded once to float32.</summary>
    /// <param name="step">The step.</param>
    public abstract TRule Rule(in StepContext step);

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        if (TRule.Measures && HasL2)
        {
            throw new OptionException(
                FormattableString.Invariant($"{nameof(WeightDecay)} is {WeightDecay}, but the rule of {GetType().Name} measures a mean")
                + " over each tensor, so that it cannot be part of the gradient; decouple it, or set it to 0.");
        }
    }

    /// <inheritdoc/>
    /// <remarks>A state named <c>exp_avg_sq</c> is taken for an average of squares. Rules that call theirs otherwise say here how it is
    /// stored under <see cref="DType.Float16"/> parameters.</remarks>
    public override DType? StateDTypeOf(int state, DType parameter, bool compensated) =>
        StateDType is null && parameter == DType.Float16 && TRule.StateNames[state] == StateName.ExpAvgSq
            ? DType.BFloat16
            : base.StateDTypeOf(state, parameter, compensated);

    /// <inheritdoc/>
    internal override SlotLayout LayoutOf(DType dtype, DType gradient)
    {
        WeightFormat weights = WeightsOf(dtype);
        var states = StateTypes.Of(this, TRule.StateNames.Count, dtype, compensated: weights != WeightFormat.Plain);
        if (CompressedStates)
            return new SlotLayout(dtype, gradient, weights, Compressed(states, dtype));
        for (int state = 0; state < TRule.StateNames.Count; state++)
        {
            if (states[state]?.DType() is not DType stored || stored.IsStateOf(dtype))
                continue;
            string source = stored == StateDType ? $"{nameof(StateDType)} is" : $"State '{TRule.StateNames[state]}' is";
            string others = dtype.IsLowPrecision() ? $"{DType.Float32}, {DType.BFloat16}" : $"{DType.Float32}";
            throw new OptionException(
                $"{source} {stored} under {dtype} parameters, but it must be {others} or the parameter's own type.");
        }

        return new SlotLayout(dtype, gradient, weights, states);
    }

    /// <inheritdoc/>
    internal override int SpreadOf(in StepContext step)
    {
        if (TRule.StateNames.Count < 2 || TRule.KindOf(0) != StateKind.FirstMoment)
            return Rounding.Nearest.Spread;
        long number = step.Step;
        return Rounding.SpreadOf(Coefficient(0), Coefficient(1));

        double? Coefficient(int state) => DebiasedBy(TRule.StateNames[state]) is double beta ? BiasCorrection.DebiasedBeta(beta, number) : null;
    }

    /// <summary>The formats of the states that are kept, where they are compressed.</summary>
    /// <exception cref="OptionException">One moment of a pair is kept without the other.</exception>
    private StateTypes Compressed(StateTypes kept, DType parameter)
    {
        StateTypes compressed = kept;
        for (int state = 0; state < TRule.StateNames.Count; state++)
        {
            if (kept[state] is null)
                continue;
            CheckPair(kept, state);
            compressed = compressed.With(state, CompressedFormatOf(state, parameter));
        }

        return compressed;
    }

    /// <summary>Checks that both moments are there for a state that is stored with one of them.</summary>
    private void CheckPair(StateTypes kept, int state)
    {
        if (TRule.KindOf(state) is not (StateKind.FirstMoment or StateKind.SecondMoment or StateKind.LikeGradient))
            return;
        // A rule with moments in the wrong places is refused for that.
        for (int moment = 0; moment < Math.Min(2, TRule.StateNames.Count); moment++)
        {
            if (kept[moment] is not null)
                continue;
            throw new OptionException(
                $"{GetType().Name} keep state '{TRule.StateNames[state]}' without '{TRule.StateNames[moment]}', but compressed states hold"
                + $" both moments of a number together; keep both of them, or set {nameof(CompressedStates)} to false.");
        }
    }

    /// <summary>The format of a state where states are compressed.</summary>
    internal static SlotFormat CompressedFormatOf(int state, DType parameter) => TRule.KindOf(state) switch
    {
        StateKind.FirstMoment => SlotFormat.Pair16,
        StateKind.SecondMoment => SlotFormat.Pair16Second,
        StateKind.LikeGradient => SlotFormat.Signed8ByPair,
        StateKind.Gradient => SlotFormats.Of(parameter),
        StateKind.Weights => SlotFormat.Float32,
        _ => SlotFormat.Signed8,
    };

    /// <summary>Checks that there are states to accumulate into.</summary>
    /// <exception cref="OptionException">There are none.</exception>
    internal void CheckAccumulation()
    {
        if (StateTypes.Of(this, TRule.StateNames.Count, DType.Float32, compensated: false) == default)
        {
            throw new OptionException(
                $"{GetType().Name} keep no states, so there is nothing to accumulate into; use momentum, or another optimizer.");
        }
    }
}
