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
        DType dtype = values.Element.RequireNumbers();
        SlotLayout layout = options.LayoutOf(dtype, gradients.Length > 0 ? gradients.Element.RequireNumbers() : dtype);
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            SlotShape shape = given[slot];
            long expected = layout.ElementCount(slot, values.Length);
            if (shape.Length == expected && (expected == 0 || shape.Element == ElementOf(layout, slot)))
                continue;
            throw new ParameterException(Message<TRule>(layout, slot, shape, values));
        }

        return layout;
    }

    /// <summary>Checks that no tensor has a compensation beside low bits.</summary>
    /// <param name="compensation">How many numbers of a compensation were given.</param>
    /// <param name="lowBits">How many low bits.</param>
    /// <exception cref="ParameterException">It has both.</exception>
    public static void CheckRest(long compensation, long lowBits)
    {
        if (compensation > 0 && lowBits > 0)
        {
            throw new ParameterException(FormattableString.Invariant(
                $"There are {compensation} numbers of kahanComp and {lowBits} of lowBits, but weights have one of them; leave the other out."));
        }
    }

    /// <summary>Checks that kernels can read what is stored in bytes, two at a time.</summary>
    /// <param name="layout">The kernel variant.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="at">Where it begins.</param>
    /// <exception cref="ParameterException">It begins at an odd byte.</exception>
    public static void CheckAlignment<TRule>(SlotLayout layout, int slot, nint at)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        if (layout.CoversTiles(slot) && at % sizeof(ushort) != 0)
        {
            throw new ParameterException(
                $"Memory for {SlotNames<TRule>.Of(layout, slot)} begins at an odd byte of the device's, but kernels read two bytes at once;"
                + " pass memory that begins at an even one.");
        }
    }

    /// <summary>How much memory the slots take beside values and gradients.</summary>
    public static IEnumerable<SlotSize> SizesOf<TRule>(SlotLayout layout, long length)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        for (int slot = Slot.Compensation; slot < Slot.Count; slot++)
        {
            if (ElementOf(layout, slot) is not SlotElement element)
                continue;
            long count = layout.ElementCount(slot, length);
            yield return new SlotSize(
                SlotNames<TRule>.ArgumentOf(layout, slot),
                SlotNames<TRule>.Of(layout, slot),
                element.Numbers(),
                element.Codes(),
                count,
                count * element.Bytes());
        }
    }

    private static SlotElement? ElementOf(SlotLayout layout, int slot) =>
        layout[slot] is SlotFormat format ? SlotElements.Of(format) : null;

    private static string Message<TRule>(SlotLayout layout, int slot, SlotShape shape, SlotShape values)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        const string Sizes = $"; {nameof(Functional)}.{nameof(Functional.SlotsOf)} says what each argument takes.";
        string name = SlotNames<TRule>.Of(layout, slot);
        if (ElementOf(layout, slot) is not SlotElement element)
        {
            string why = layout[slot] == SlotFormat.Pair16Second ? $"it is stored together with the first state, as {StateName.Moments}"
                : slot == Slot.Compensation ? "they are not compensated"
                : "these options keep no such state";
            return $"Memory was given for {name} of {values.Element} values, but {why}; leave it out.";
        }

        long expected = layout.ElementCount(slot, values.Length);
        string what = FormattableString.Invariant($"{expected} {(element.Numbers() is null ? "integers" : "numbers")} of {element}");
        if (shape.Length == 0)
        {
            string argument = SlotNames<TRule>.ArgumentOf(layout, slot);
            string remedy = layout.Weights == WeightFormat.Kahan && slot == Slot.Compensation ? ", or switch it off by Kahan = false" : "";
            return element.Numbers() is null
                ? $"Memory for {name} is missing; pass {what} as {argument}, zero before the first step{Sizes}"
                : $"There is no {name}; pass {what}, zero before the first step{remedy}.";
        }

        if (shape.Element != element)
            return $"{name} is stored as {shape.Element}, but with {values.Element} values these options store it as {element}.";
        return layout.CoversTiles(slot)
            ? FormattableString.Invariant($"Memory for {name} covers whole tiles of {Tile.Length} numbers: of {values.Length} values")
                + FormattableString.Invariant($" it has {what}, but {shape.Length} were given{Sizes}")
            : FormattableString.Invariant(
                $"There are {values.Length} values, but {shape.Length} numbers of {name}; the lengths must be equal.");
    }
}
