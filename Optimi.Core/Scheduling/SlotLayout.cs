using System.Diagnostics.CodeAnalysis;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Which slots the tensors of a launch have, and how they are stored: what makes a kernel variant.</summary>
/// <param name="Value">The storage of values.</param>
/// <param name="Gradient">The storage of gradients.</param>
/// <param name="Weights">What goes with the values.</param>
/// <param name="States">The format of each state.</param>
/// <param name="Averaged">Whether there is an average of the parameters, which is float32.</param>
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = CodeNeeds.SaidByCallers)]
internal readonly record struct SlotLayout(
    DType Value, DType Gradient, WeightFormat Weights, StateTypes States, bool Averaged = false)
{
    /// <summary>The layout as the kernels' type argument.</summary>
    /// <param name="guardsNaN">Whether the device's arithmetic makes NaNs that must not be rounded as they are.</param>
    /// <param name="shape">The shape of the device's kernels.</param>
    public Type LayoutType(bool guardsNaN, KernelShape shape)
    {
        SlotLayout layout = this;
        bool isByNumber = shape == KernelShape.Tile && IsInFewBits;
        Type weights = WeightsType(guardsNaN);
        return typeof(Layout<,,,,,,>).MakeGenericType(
            isByNumber ? typeof(LoneWeights<>).MakeGenericType(weights) : weights,
            Of(Slot.Gradients),
            Of(Slot.FirstState),
            Of(Slot.FirstState + 1),
            Of(Slot.FirstState + 2),
            Of(Slot.FirstState + 3),
            Of(Slot.Average));

        Type Of(int slot)
        {
            Type storage = layout.StorageType(slot, guardsNaN);
            return isByNumber && layout[slot] is not null ? typeof(LoneStorage<>).MakeGenericType(storage) : storage;
        }
    }

    /// <summary>Whether there is a Kahan compensation.</summary>
    public bool Compensated => Weights == WeightFormat.Kahan;

    /// <summary>Whether a state is stored in groups.</summary>
    public bool IsCompressed => States.HeaderBytesPerTile > 0;

    /// <summary>Whether rounding depends on where in its tensor a number is.</summary>
    public bool KnowsPlaces => IsCompressed || Weights is WeightFormat.Dithered16 or WeightFormat.Split24;

    /// <summary>Whether anything is stored in fewer bits than it has in a step.</summary>
    private bool IsInFewBits => IsCompressed || Weights > WeightFormat.Kahan;

    /// <summary>States and weights in words.</summary>
    public string Described => Weights switch
    {
        WeightFormat.Kahan => $"{States} with a Kahan compensation",
        WeightFormat.Plain => $"{States}",
        _ => $"{States} with {Weights} weights",
    };

    /// <summary>How directions are applied, for scalar registers.</summary>
    public Type ApplyType => Compensated ? typeof(KahanApply<ScalarLane>) : typeof(PlainApply<ScalarLane>);

    /// <summary>Whether a unit has two numbers, as many as a word of the narrowest slot holds.</summary>
    private bool HasTwoPerUnit => Value.IsLowPrecision() || Gradient.IsLowPrecision() || States.HasLowPrecision;

    /// <summary>How a slot is stored, by <see cref="Slot"/>; null if there is none.</summary>
    public SlotFormat? this[int slot] => slot switch
    {
        Slot.Values => SlotFormats.Of(Value),
        Slot.Gradients => SlotFormats.Of(Gradient),
        Slot.Compensation => Weights switch
        {
            WeightFormat.Kahan => SlotFormats.Of(Value),
            WeightFormat.Split24 => SlotFormat.LowBits8,
            WeightFormat.Split32 => SlotFormat.LowBits16,
            _ => null,
        },
        Slot.Average => Averaged ? SlotFormat.Float32 : null,
        Slot.Headers => IsCompressed ? SlotFormat.Headers : null,
        _ => States[slot - Slot.FirstState],
    };

    /// <summary>Bytes of a slot's tile; 0 if it takes no memory.</summary>
    public int TileBytes(int slot) =>
        slot == Slot.Headers ? States.HeaderBytesPerTile : (this[slot]?.Bytes() ?? 0) * Tile.Length;

    /// <summary>Whether a slot's memory goes on to the end of a tensor's last tile, whoever owns it.</summary>
    public bool CoversTiles(int slot) => this[slot] is SlotFormat format && format.CoversTiles();

    /// <summary>How many elements a slot of a tensor has in memory of the caller's, see <see cref="SlotElements"/>; 0 if it takes none.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="length">How many numbers the tensor has.</param>
    public long ElementCount(int slot, long length)
    {
        if (NumberBytes(slot) > 0 && !CoversTiles(slot))
            return length;
        long tiles = (length + Tile.Length - 1) / Tile.Length;
        return tiles * (slot == Slot.Headers ? TileBytes(slot) : Math.Sign(NumberBytes(slot)) * Tile.Length);
    }

    /// <summary>Bytes of a slot that a unit takes.</summary>
    public int UnitBytes(int slot) => (this[slot]?.Bytes() ?? 0) * (HasTwoPerUnit ? 2 : 1);

    /// <summary>Bytes of a slot's number; 0 if it takes no memory, or none of its own.</summary>
    public int NumberBytes(int slot) => this[slot]?.Bytes() ?? 0;

    private Type WeightsType(bool guardsNaN) => Weights switch
    {
        WeightFormat.Plain => typeof(PlainWeights<>).MakeGenericType(StorageType(Slot.Values, guardsNaN)),
        WeightFormat.Kahan => typeof(KahanWeights<>).MakeGenericType(StorageType(Slot.Values, guardsNaN)),
        WeightFormat.Dithered16 => typeof(DitheredWeights),
        WeightFormat.Split24 => typeof(SplitWeights24),
        _ => typeof(SplitWeights32),
    };

    private Type StorageType(int slot, bool guardsNaN) => this[slot] switch
    {
        null => typeof(NoStorage),
        SlotFormat.Float32 when HasTwoPerUnit => typeof(Float32PairStorage),
        SlotFormat.Float32 => typeof(Float32Storage),
        // A NaN that was read from float16 may have any bits, too.
        SlotFormat.BFloat16 when guardsNaN || Value == DType.Float16 || Gradient == DType.Float16 =>
            typeof(GuardedBFloat16Storage),
        SlotFormat.BFloat16 => typeof(BFloat16Storage),
        SlotFormat.Float16 => typeof(Float16Storage),
        SlotFormat.Pair16 => typeof(GroupStorage<FirstOfPairFormat>),
        SlotFormat.Pair16Second => typeof(GroupStorage<SecondOfPairFormat>),
        SlotFormat.Signed8 => typeof(GroupStorage<SignedFormat>),
        _ => typeof(GroupStorage<SignedByPairFormat>),
    };
}
