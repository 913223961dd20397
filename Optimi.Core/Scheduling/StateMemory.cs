using System.Globalization;

namespace Optimi;

/// <summary>The states of some tensors of one kernel variant, and their compensation: a slab for each, which the optimizer owns.</summary>
internal sealed class StateMemory : IDisposable
{
    private readonly Slab?[] _slabs = new Slab?[Slot.Count];
    private readonly SlotLayout _layout;

    /// <param name="device">The device.</param>
    /// <param name="layout">The kernel variant.</param>
    /// <param name="tensors">The tensors, which from now on have their states here.</param>
    /// <exception cref="DeviceException">The device has no memory left.</exception>
    public StateMemory(ComputeDevice device, SlotLayout layout, IReadOnlyList<LaunchTensor> tensors)
    {
        _layout = layout;
        long tiles = tensors.Sum(tensor => (long)tensor.TileCount);
        using (var transaction = new Transaction())
        {
            for (int slot = Slot.Compensation; slot < Slot.Count; slot++)
            {
                if (layout.TileBytes(slot) > 0)
                    _slabs[slot] = transaction.Add(new Slab(device, tiles * layout.TileBytes(slot), slot));
            }

            transaction.Commit();
        }

        int tile = 0;
        foreach (LaunchTensor tensor in tensors)
        {
            (tensor.States, tensor.StateTile) = (this, tile);
            tile += tensor.TileCount;
        }
    }

    /// <summary>Bytes allocated.</summary>
    public long Bytes => _slabs.Sum(slab => slab?.Bytes ?? 0);

    /// <summary>How the tensors are stored.</summary>
    public SlotLayout Layout => _layout;

    /// <summary>The slab of a slot; null if there is none.</summary>
    public Slab? this[int slot] => _slabs[slot];

    /// <summary>Where a slot of a tensor lies; nowhere if there is no such slot.</summary>
    public MemoryPlace PlaceOf(LaunchTensor tensor, int slot) =>
        _slabs[slot]?.PlaceAt((long)tensor.StateTile * _layout.TileBytes(slot)) ?? new MemoryPlace(null, 0, IsPadded: true);

    /// <summary>Sets a tensor's compensation to zero, if there is one.</summary>
    public void ClearCompensation(LaunchTensor tensor) => Clear(tensor, Slot.Compensation);

    /// <summary>Sets a tensor's states and compensation to zero.</summary>
    public void Clear(LaunchTensor tensor)
    {
        for (int slot = Slot.Compensation; slot < Slot.Count; slot++)
            Clear(tensor, slot);
    }

    public void Dispose()
    {
        foreach (Slab? slab in _slabs)
            slab?.Dispose();
    }

    /// <summary>Cuts tensors of a layout, so that the states of each part fit the largest piece of memory that a device gives.</summary>
    /// <exception cref="DeviceException">The states of one tensor alone do not.</exception>
    public static IEnumerable<ArraySegment<LaunchTensor>> Cut(ComputeDevice device, SlotLayout layout, LaunchTensor[] tensors)
    {
        int bytesPerTile = Math.Max(
            1, Enumerable.Range(Slot.Compensation, Slot.Count - Slot.Compensation).Max(layout.TileBytes));
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

    private void Clear(LaunchTensor tensor, int slot)
    {
        long bytes = _layout.TileBytes(slot);
        _slabs[slot]?.Clear(tensor.StateTile * bytes, tensor.TileCount * bytes);
    }
}
