using Optimi.Kernels;

namespace Optimi;

/// <summary>Which slots the tensors of a launch have, and how they are stored: what makes a kernel variant.</summary>
/// <param name="Value">The storage of values, gradients and the Kahan compensation.</param>
/// <param name="Compensated">Whether there is a Kahan compensation.</param>
/// <param name="States">The storage of each state.</param>
internal readonly record struct SlotLayout(DType Value, bool Compensated, StateTypes States)
{
    /// <summary>The layout as the kernels' type argument.</summary>
    public Type LayoutType => typeof(Layout<,,,,,>).MakeGenericType(
        StorageOf(Value),
        Compensated ? StorageOf(Value) : typeof(NoStorage),
        StorageOf(States[0]),
        StorageOf(States[1]),
        StorageOf(States[2]),
        StorageOf(States[3]));

    /// <summary>How directions are applied, for scalar registers.</summary>
    public Type ApplyType => Compensated ? typeof(KahanApply<ScalarLane>) : typeof(PlainApply<ScalarLane>);

    /// <summary>How a slot is stored, by <see cref="Slot"/>; null if there is none.</summary>
    public DType? this[int slot] => slot switch
    {
        Slot.Values or Slot.Gradients => Value,
        Slot.Compensation => Compensated ? Value : null,
        _ => States[slot - Slot.FirstState],
    };

    private Type StorageOf(DType? dtype)
    {
        if (dtype is not DType stored)
            return typeof(NoStorage);
        return stored == DType.Float32 && Value.IsLowPrecision() ? typeof(Float32PairStorage) : stored.Storage();
    }
}
