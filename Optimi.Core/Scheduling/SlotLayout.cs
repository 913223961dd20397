using Optimi.Kernels;

namespace Optimi;

/// <summary>Which slots the tensors of a launch have, and how they are stored: what makes a kernel variant.</summary>
/// <param name="Value">The storage of values and gradients.</param>
/// <param name="Compensated">Whether there is a Kahan compensation, stored as the values are.</param>
/// <param name="UsedStates">A bit for each state of the rule that is kept; stored as the values are.</param>
internal readonly record struct SlotLayout(DType Value, bool Compensated, int UsedStates)
{
    /// <summary>The most states that a rule can have.</summary>
    public const int MaxStates = 4;

    /// <summary>The layout as the kernels' type argument.</summary>
    public Type LayoutType => typeof(Layout<,,,,,>).MakeGenericType(
        Value.Storage(),
        Compensated ? Value.Storage() : typeof(NoStorage),
        StateStorage(0),
        StateStorage(1),
        StateStorage(2),
        StateStorage(3));

    /// <summary>How directions are applied, for scalar registers.</summary>
    public Type ApplyType => Compensated ? typeof(KahanApply<ScalarLane>) : typeof(PlainApply<ScalarLane>);

    /// <summary>Whether a state is kept.</summary>
    public bool Uses(int state) => (UsedStates & (1 << state)) != 0;

    private Type StateStorage(int state) => Uses(state) ? Value.Storage() : typeof(NoStorage);
}
