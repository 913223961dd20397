using Optimi.Kernels;

namespace Optimi;

/// <summary>Which slots the tensors of a launch have, and how they are stored: what makes a kernel variant.</summary>
/// <param name="Value">The storage of values, gradients and the Kahan compensation.</param>
/// <param name="Compensated">Whether there is a Kahan compensation.</param>
/// <param name="States">The storage of each state.</param>
internal readonly record struct SlotLayout(DType Value, bool Compensated, StateTypes States)
{
    /// <summary>The layout as the kernels' type argument.</summary>
    /// <param name="guardsNaN">Whether the device's arithmetic makes NaNs that must not be rounded as they are.</param>
    public Type LayoutType(bool guardsNaN)
    {
        SlotLayout layout = this;
        return typeof(Layout<,,,,,>).MakeGenericType(
            Of(Slot.Values),
            Of(Slot.Compensation),
            Of(Slot.FirstState),
            Of(Slot.FirstState + 1),
            Of(Slot.FirstState + 2),
            Of(Slot.FirstState + 3));

        Type Of(int slot) => layout[slot] switch
        {
            null => typeof(NoStorage),
            DType.Float32 when layout.Value.IsLowPrecision() => typeof(Float32PairStorage),
            DType.Float32 => typeof(Float32Storage),
            // A NaN that was read from float16 may have any bits, too.
            DType.BFloat16 when guardsNaN || layout.Value == DType.Float16 => typeof(GuardedBFloat16Storage),
            DType.BFloat16 => typeof(BFloat16Storage),
            _ => typeof(Float16Storage),
        };
    }

    /// <summary>The states in words.</summary>
    public string Described => $"{States}{(Compensated ? " with a Kahan compensation" : "")}";

    /// <summary>How directions are applied, for scalar registers.</summary>
    public Type ApplyType => Compensated ? typeof(KahanApply<ScalarLane>) : typeof(PlainApply<ScalarLane>);

    /// <summary>How a slot is stored, by <see cref="Slot"/>; null if there is none.</summary>
    public DType? this[int slot] => slot switch
    {
        Slot.Values or Slot.Gradients => Value,
        Slot.Compensation => Compensated ? Value : null,
        _ => States[slot - Slot.FirstState],
    };
}
