using System.Globalization;
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

        using var transaction = new Transaction();
        Compensation = layout.Compensated ? AllocateTiles(transaction, layout.Value, Slot.Compensation) : null;
        _states = new Slab?[StateTypes.Count];
        for (int i = 0; i < _states.Length; i++)
            _states[i] = layout.States[i] is DType stored ? AllocateTiles(transaction, stored, Slot.FirstState + i) : null;
        transaction.Commit();
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

    /// <summary>Sees to it that there are gradients, for parameters that are said to have some before any was written.</summary>
    public void AllocateGradients(Transaction transaction) => _place.AllocateGradients(transaction);

    /// <summary>Sets a tensor's compensation to zero, if there is one.</summary>
    public void ClearCompensation(LaunchTensor tensor) => Clear(Compensation, Layout.Value, tensor);

    /// <summary>Sets a tensor's states and compensation to zero.</summary>
    public void Clear(LaunchTensor tensor)
    {
        ClearCompensation(tensor);
        for (int i = 0; i < _states.Length; i++)
            Clear(_states[i], Layout.States[i] ?? default, tensor);
    }

    public void Dispose()
    {
        Compensation?.Dispose();
        foreach (Slab? state in _states)
            state?.Dispose();
    }

    /// <summary>Cuts tensors of a layout, so that the states of each part fit the largest piece of memory that a device gives.</summary>
    /// <exception cref="DeviceException">The states of one tensor alone do not.</exception>
    public static IEnumerable<ArraySegment<LaunchTensor>> Cut(ComputeDevice device, SlotLayout layout, LaunchTensor[] tensors)
    {
        int bytesPerTile = Enumerable.Range(Slot.Compensation, Slot.Count - Slot.Compensation).Max(slot => layout[slot]?.TileBytes() ?? 1);
        long most = Math.Min(int.MaxValue, device.MaxAllocationBytes / bytesPerTile);
        for (int first = 0, end; first < tensors.Length; first = end)
        {
            long tiles = tensors[first].TileCount;
            if (tiles > most)
            {
                throw new DeviceException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"A state of parameter '{tensors[first].Parameter.Name}' takes {tiles * bytesPerTile:N0} bytes in one piece, but device"
                    + $" '{device.Name}' gives {device.MaxAllocationBytes:N0} at most; store states in less, or use smaller tensors."));
            }

            for (end = first + 1; end < tensors.Length && tiles + tensors[end].TileCount <= most; end++)
                tiles += tensors[end].TileCount;
            yield return new(tensors, first, end - first);
        }
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

    private static void Clear(Slab? slab, DType dtype, LaunchTensor tensor) =>
        slab?.Clear((long)tensor.FirstTile * dtype.TileBytes(), (long)tensor.TileCount * dtype.TileBytes());

    private SlotMemory Of(Slab slab) => SlotMemory.Of(slab, Device.Shape);

    private Slab AllocateTiles(Transaction transaction, DType dtype, int slot) =>
        transaction.Add(new Slab(Device, (long)Tiles.Length * dtype.TileBytes(), slot));
}
