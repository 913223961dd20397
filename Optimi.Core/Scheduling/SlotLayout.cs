using Optimi.Kernels;

namespace Optimi;

/// <summary>Which slots the tensors of a launch have, and how they are stored: what makes a kernel variant.</summary>
/// <param name="Value">The storage of values and the Kahan compensation.</param>
/// <param name="Gradient">The storage of gradients.</param>
/// <param name="Compensated">Whether there is a Kahan compensation.</param>
/// <param name="States">The storage of each state.</param>
/// <param name="Averaged">Whether there is an average of the parameters, which is float32.</param>
internal readonly record struct SlotLayout(
    DType Value, DType Gradient, bool Compensated, StateTypes States, bool Averaged = false)
{
    /// <summary>The layout as the kernels' type argument.</summary>
    /// <param name="guardsNaN">Whether the device's arithmetic makes NaNs that must not be rounded as they are.</param>
    public Type LayoutType(bool guardsNaN)
    {
        SlotLayout layout = this;
        return typeof(Layout<,,,,,,,>).MakeGenericType(
            Of(Slot.Values),
            Of(Slot.Gradients),
            Of(Slot.Compensation),
            Of(Slot.FirstState),
            Of(Slot.FirstState + 1),
            Of(Slot.FirstState + 2),
            Of(Slot.FirstState + 3),
            Of(Slot.Average));

        Type Of(int slot) => layout[slot] switch
        {
            null => typeof(NoStorage),
            DType.Float32 when layout.HasTwoPerUnit => typeof(Float32PairStorage),
            DType.Float32 => typeof(Float32Storage),
            // A NaN that was read from float16 may have any bits, too.
            DType.BFloat16 when guardsNaN || layout.Value == DType.Float16 || layout.Gradient == DType.Float16 =>
                typeof(GuardedBFloat16Storage),
            DType.BFloat16 => typeof(BFloat16Storage),
            _ => typeof(Float16Storage),
        };
    }

    /// <summary>The states in words.</summary>
    public string Described => $"{States}{(Compensated ? " with a Kahan compensation" : "")}";

    /// <summary>How directions are applied, for scalar registers.</summary>
    public Type ApplyType => Compensated ? typeof(KahanApply<ScalarLane>) : typeof(PlainApply<ScalarLane>);

    /// <summary>Whether a unit has two numbers, as many as a word of the narrowest slot holds.</summary>
    private bool HasTwoPerUnit => Value.IsLowPrecision() || Gradient.IsLowPrecision() || States.HasLowPrecision;

    /// <summary>How a slot is stored, by <see cref="Slot"/>; null if there is none.</summary>
    public DType? this[int slot] => slot switch
    {
        Slot.Values => Value,
        Slot.Gradients => Gradient,
        Slot.Compensation => Compensated ? Value : null,
        Slot.Average => Averaged ? DType.Float32 : null,
        _ => States[slot - Slot.FirstState],
    };

    /// <summary>Bytes of a slot's tile; 0 if there is no such slot.</summary>
    public int TileBytes(int slot) => this[slot]?.TileBytes() ?? 0;

    /// <summary>Bytes of a slot that a unit takes.</summary>
    public int UnitBytes(int slot) => (this[slot]?.Bytes() ?? 0) * (HasTwoPerUnit ? 2 : 1);
}
