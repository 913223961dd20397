using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// The tensors of an optimizer whose values lie in one slab, however many groups they are of, and their states, which it owns.
/// </summary>
internal sealed class OptimizerMemory : LaunchMemory, IDisposable
{
    private readonly Slab?[] _states;
    private readonly PlacedSlabs _place;

    public OptimizerMemory(ComputeDevice device, SlotLayout layout, PlacedSlabs place, IReadOnlyList<LaunchTensor> tensors)
        : base(device, layout, ExtentsOf(tensors))
    {
        _place = place;
        Tensors = [.. tensors];
        foreach ((int index, LaunchTensor tensor) in tensors.Index())
        {
            tensor.Index = index;
            tensor.FirstTile = Extents[index].FirstTile;
            for (int i = 0; i < tensor.TileCount; i++)
            {
                int there = tensor.Parameter.FirstTile + i;
                Tiles[tensor.FirstTile + i] = new Tile(there, there, index);
            }
        }

        Compensation = layout.Compensated ? AllocateTiles(layout.Value, Slot.Compensation) : null;
        _states = new Slab?[StateTypes.Count];
        for (int i = 0; i < _states.Length; i++)
            _states[i] = layout.States[i] is DType stored ? AllocateTiles(stored, Slot.FirstState + i) : null;
    }

    public LaunchTensor[] Tensors { get; }

    public Slab? Compensation { get; }

    /// <summary>Bytes allocated for states and compensation.</summary>
    public long StateBytes => (Compensation?.Bytes ?? 0) + _states.Sum(state => state?.Bytes ?? 0);

    public override bool IsPadded => true;

    public override int WholeTiles => Tiles.Length;

    public override Slabs<SlotMemory> Slots
    {
        get
        {
            Slab values = _place.Values;
            return new()
            {
                Values = Of(values),
                Gradients = Of(_place.Gradients),
                Compensation = Of(Compensation ?? values),
                State0 = Of(State(0) ?? values),
                State1 = Of(State(1) ?? values),
                State2 = Of(State(2) ?? values),
                State3 = Of(State(3) ?? values),
            };
        }
    }

    public Slab? State(int index) => _states[index];

    public void Dispose()
    {
        Compensation?.Dispose();
        foreach (Slab? state in _states)
            state?.Dispose();
    }

    private static List<TensorExtent> ExtentsOf(IReadOnlyList<LaunchTensor> tensors)
    {
        var extents = new List<TensorExtent>();
        int number = 0;
        foreach (LaunchTensor tensor in tensors)
        {
            extents.Add(TensorExtent.Of(number, tensor.Parameter.Length));
            number += tensor.TileCount;
        }

        return extents;
    }

    private SlotMemory Of(Slab slab) => SlotMemory.Of(slab, Device.Shape);

    private Slab AllocateTiles(DType dtype, int slot) => Device.Allocate((long)Tiles.Length * dtype.TileBytes(), slot);
}
