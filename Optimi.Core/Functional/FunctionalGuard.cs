using Optimi.Kernels;

namespace Optimi;

/// <summary>The checks of <see cref="Functional"/>.</summary>
internal static class FunctionalGuard
{
    /// <summary>Checks what a step asks for beside memory.</summary>
    public static StepContext Check<TRule>(RuleOptions<TRule> options, long step, double? lr, bool accumulate)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (step < 1)
            throw new OptionException(FormattableString.Invariant($"step is {step}, but steps are counted from 1."));
        options.CheckRate(lr ?? options.Lr, options.MaxLr ?? options.Lr);
        if (accumulate)
            options.CheckAccumulation();
        return new StepContext(step, lr ?? options.Lr, options.MaxLr ?? options.Lr, accumulate);
    }

    /// <summary>Checks that the slots that were given are those that the options ask for.</summary>
    /// <returns>The kernel variant.</returns>
    public static SlotLayout Check<TRule>(RuleOptions<TRule> options, in SlotShapes given)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        SlotShape values = given[Slot.Values];
        if (values.Length > (long)Tile.MostTiles * Tile.Length)
        {
            throw new ParameterException(FormattableString.Invariant(
                $"There are {values.Length} values, more than {(long)Tile.MostTiles * Tile.Length}, which is the most that one step takes;")
                + " cut the tensor in parts.");
        }

        SlotShape gradients = given[Slot.Gradients];
        SlotLayout layout = options.LayoutOf(values.DType, gradients.Length > 0 ? gradients.DType : values.DType);
        CheckStorage(options, layout);
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            SlotShape shape = given[slot];
            DType? stored = layout[slot]?.DType();
            bool isThere = shape.Length > 0;
            if (isThere ? shape.Length == values.Length && shape.DType == stored : stored is null || values.Length == 0)
                continue;
            throw new ParameterException(Message<TRule>(slot, shape, stored, values));
        }

        return layout;
    }

    /// <summary>Checks that every number is stored by itself, as a slot's memory is numbers.</summary>
    private static void CheckStorage(OptimizerOptions options, in SlotLayout layout)
    {
        if (layout.IsCompressed)
        {
            throw new OptionException(
                $"{nameof(options.CompressedStates)} is true, but a function's states are plain numbers; let an optimizer keep them, or set"
                + $" {nameof(options.StateDType)}.");
        }

        if (layout.Weights is WeightFormat.Split24 or WeightFormat.Split32)
        {
            throw new OptionException(FormattableString.Invariant(
                $"{nameof(options.MasterWeightBits)} is {options.MasterWeightBits}, but a function takes no further bits of weights;")
                + " let an optimizer keep them, or use Kahan summation.");
        }
    }

    private static string Message<TRule>(int slot, SlotShape shape, DType? stored, SlotShape values)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        string name = slot switch
        {
            Slot.Values => "values",
            Slot.Gradients => "gradients",
            Slot.Compensation => StateName.KahanCompensation,
            _ when slot - Slot.FirstState < TRule.StateNames.Count => TRule.StateNames[slot - Slot.FirstState],
            _ => $"state {slot - Slot.FirstState + 1}",
        };
        if (stored is not DType dtype)
        {
            string why = slot == Slot.Compensation ? "they are not compensated" : "these options keep no such state";
            return $"Memory was given for {name} of {values.DType} values, but {why}; leave it out.";
        }

        if (shape.Length == 0)
        {
            string remedy = slot == Slot.Compensation ? ", or switch it off by Kahan = false" : "";
            return $"There is no {name}; pass {values.Length} numbers of {dtype}, zero before the first step{remedy}.";
        }

        return shape.Length != values.Length
            ? $"There are {values.Length} values, but {shape.Length} numbers of {name}; the lengths must be equal."
            : $"{name} is stored as {shape.DType}, but with {values.DType} values these options store it as {dtype}.";
    }
}
