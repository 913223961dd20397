using Optimi.Kernels;

namespace Optimi;

/// <summary>What a launch steps: tensors of one kernel variant, and the static tables by which every device finds their memory.</summary>
internal abstract class LaunchMemory
{
    protected LaunchMemory(ComputeDevice device, SlotLayout layout, IReadOnlyList<TensorExtent> extents)
    {
        Device = device;
        Layout = layout;
        Extents = [.. extents];
        Tiles = device.Allocator.AllocateManaged<Tile>(extents.Sum(extent => (long)extent.TileCount), isPinned: true);
    }

    public ComputeDevice Device { get; }

    public SlotLayout Layout { get; }

    /// <summary>The tensors, in the order of their tiles.</summary>
    public TensorExtent[] Extents { get; }

    /// <summary>Where each tile lies. Never moved by the garbage collector.</summary>
    public Tile[] Tiles { get; }

    /// <summary>All of it.</summary>
    public LaunchRange Range => new(0, Tiles.Length, 0, Extents.Length);

    /// <summary>Whether slots are slabs of our own: aligned, with every tensor padded to whole tiles.</summary>
    public abstract bool IsPadded { get; }

    /// <summary>How many tiles, from the first, can be moved in whole words; those after them are to be touched with care.</summary>
    public abstract int WholeTiles { get; }

    /// <summary>The memory of each slot from its beginning; one that is not used may be any.</summary>
    public abstract Slabs<SlotMemory> Slots { get; }

    /// <summary>The slots as a kernel sees them.</summary>
    public Slabs<TMemory> SlotsAs<TMemory>(Func<SlotMemory, TMemory> see)
        where TMemory : struct
    {
        Slabs<SlotMemory> slots = Slots;
        return new()
        {
            Values = see(slots.Values),
            Gradients = see(slots.Gradients),
            Compensation = see(slots.Compensation),
            State0 = see(slots.State0),
            State1 = see(slots.State1),
            State2 = see(slots.State2),
            State3 = see(slots.State3),
        };
    }
}
