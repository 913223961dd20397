using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// What a launch steps: the tensors of one kernel variant whose values lie in one slab, however many groups they are of. It owns
/// their states, and the static table by which every device finds a tile's memory and tensor.
/// </summary>
internal sealed class LaunchMemory : IDisposable
{
    private readonly Slab?[] _states;

    public LaunchMemory(ComputeDevice device, SlotLayout layout, PlacedSlabs place, IReadOnlyList<LaunchTensor> tensors)
    {
        Device = device;
        Layout = layout;
        Place = place;
        Tensors = [.. tensors];
        Tiles = GC.AllocateArray<Tile>(tensors.Sum(tensor => tensor.TileCount), pinned: true);
        Extents = new TensorExtent[tensors.Count];
        int number = 0;
        foreach ((int index, LaunchTensor tensor) in tensors.Index())
        {
            tensor.Index = index;
            tensor.FirstTile = number;
            Extents[index] = TensorExtent.Of(number, tensor.Parameter.Length);
            for (int i = 0; i < tensor.TileCount; i++)
            {
                int there = tensor.Parameter.FirstTile + i;
                Tiles[number++] = new Tile(there, there, index);
            }
        }

        Compensation = layout.Compensated ? AllocateTiles(layout.Value) : null;
        _states = new Slab?[StateTypes.Count];
        for (int i = 0; i < _states.Length; i++)
            _states[i] = layout.States[i] is DType stored ? AllocateTiles(stored) : null;
    }

    public ComputeDevice Device { get; }

    public SlotLayout Layout { get; }

    public PlacedSlabs Place { get; }

    public LaunchTensor[] Tensors { get; }

    public Tile[] Tiles { get; }

    public TensorExtent[] Extents { get; }

    /// <summary>All of it.</summary>
    public LaunchRange Range => new(0, Tiles.Length, 0, Tensors.Length);

    public Slab? Compensation { get; }

    /// <summary>Bytes allocated for states and compensation.</summary>
    public long StateBytes => (Compensation?.Bytes ?? 0) + _states.Sum(state => state?.Bytes ?? 0);

    public Slab? State(int index) => _states[index];

    public void Dispose()
    {
        Compensation?.Dispose();
        foreach (Slab? state in _states)
            state?.Dispose();
    }

    private Slab AllocateTiles(DType dtype) => Device.Allocate((long)Tiles.Length * dtype.TileBytes());
}
