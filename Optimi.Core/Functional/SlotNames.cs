using Optimi.Kernels;

namespace Optimi;

/// <summary>What the slots of a rule are called.</summary>
internal static class SlotNames<TRule>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    private static readonly string[] _states = ["first", "second", "third", "fourth"];

    /// <summary>What a slot holds.</summary>
    public static string Of(SlotLayout layout, int slot)
    {
        switch (slot)
        {
            case Slot.Values:
                return "values";
            case Slot.Gradients:
                return "gradients";
            case Slot.Compensation:
                return layout.Weights.IsSplit() ? StateName.LowBits : StateName.KahanCompensation;
            case Slot.Headers:
                return "headers";
        }

        int state = slot - Slot.FirstState;
        if (state >= TRule.StateNames.Count)
            return FormattableString.Invariant($"state {state + 1}");
        return layout[slot] == SlotFormat.Pair16 ? StateName.Moments : TRule.StateNames[state];
    }

    /// <summary>The argument of <see cref="Functional"/> that takes it.</summary>
    public static string ArgumentOf(SlotLayout layout, int slot) => slot switch
    {
        Slot.Compensation => layout.Weights.IsSplit() ? "lowBits" : "kahanComp",
        >= Slot.FirstState and < Slot.FirstState + StateTypes.Count => _states[slot - Slot.FirstState],
        _ => Of(layout, slot),
    };
}
