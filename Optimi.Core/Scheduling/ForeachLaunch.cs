using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// One launch that steps any number of tensors of any number of groups: those of one kernel variant whose values lie in one slab.
/// It owns their states, and the tables by which every device finds a tile's memory and scalars.
/// </summary>
internal abstract class ForeachLaunch : IDisposable
{
    private readonly PlacedSlabs _place;
    private readonly Slab?[] _states;

    protected ForeachLaunch(ComputeDevice device, SlotLayout layout, PlacedSlabs place, IReadOnlyList<LaunchTensor> tensors)
    {
        Device = device;
        Layout = layout;
        _place = place;
        Tensors = [.. tensors];
        RowOfTensor = GC.AllocateArray<int>(Tensors.Length, pinned: true);
        Tiles = GC.AllocateArray<Tile>(tensors.Sum(tensor => tensor.TileCount), pinned: true);
        int number = 0;
        foreach (LaunchTensor tensor in tensors)
        {
            tensor.FirstTile = number;
            for (int i = 0; i < tensor.TileCount; i++)
            {
                int there = tensor.Parameter.FirstTile + i;
                Tiles[number++] = new Tile(there, there, tensor.Index);
            }
        }

        Compensation = layout.Compensated ? AllocateTiles(layout.Value) : null;
        _states = new Slab?[StateTypes.Count];
        for (int i = 0; i < _states.Length; i++)
            _states[i] = layout.States[i] is DType stored ? AllocateTiles(stored) : null;
    }

    public SlotLayout Layout { get; }

    public LaunchTensor[] Tensors { get; }

    public int TileCount => Tiles.Length;

    /// <summary>Bytes allocated for states and compensation.</summary>
    public long StateBytes => (Compensation?.Bytes ?? 0) + _states.Sum(state => state?.Bytes ?? 0);

    public Slab? Compensation { get; }

    protected ComputeDevice Device { get; }

    protected Tile[] Tiles { get; }

    /// <summary>For each tensor its row of scalars in this step.</summary>
    protected int[] RowOfTensor { get; }

    public Slab? State(int index) => _states[index];

    /// <summary>Forgets the rows of the last step.</summary>
    public virtual void Begin() => Array.Fill(RowOfTensor, Tile.NoRow);

    /// <summary>Lets a tensor take part, with a row of scalars.</summary>
    public void SetRow(LaunchTensor tensor, int row) => RowOfTensor[tensor.Index] = row;

    /// <summary>Steps a range of tiles. The one place where anything is launched.</summary>
    public void Run(int firstTile, int tiles)
    {
        Device.CountLaunch();
        RunCore(firstTile, tiles);
    }

    public virtual void Dispose()
    {
        Compensation?.Dispose();
        foreach (Slab? state in _states)
            state?.Dispose();
    }

    protected abstract void RunCore(int firstTile, int tiles);

    /// <summary>All slabs as a kernel sees them. An unused slot may be any memory: it is neither read nor written.</summary>
    protected Slabs<TMemory> SlabsAs<TMemory>(Func<Slab, TMemory> see)
        where TMemory : struct => new()
        {
            Values = see(_place.Values),
            Gradients = see(_place.Gradients),
            Compensation = see(Compensation ?? _place.Values),
            State0 = see(_states[0] ?? _place.Values),
            State1 = see(_states[1] ?? _place.Values),
            State2 = see(_states[2] ?? _place.Values),
            State3 = see(_states[3] ?? _place.Values),
        };

    private Slab AllocateTiles(DType dtype) => Device.Allocate((long)TileCount * dtype.TileBytes());
}
