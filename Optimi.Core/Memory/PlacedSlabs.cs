namespace Optimi;

/// <summary>The slabs of one storage type: values, and in the same places of a second one the gradients, once wanted.</summary>
/// <param name="device">The device.</param>
/// <param name="dtype">How values are stored.</param>
/// <param name="gradientDType">How gradients are.</param>
/// <param name="tiles">How many tiles there are.</param>
internal sealed class PlacedSlabs(ComputeDevice device, DType dtype, DType gradientDType, int tiles) : IDisposable
{
    private Slab? _gradients;

    public int TileCount => tiles;

    public Slab Values { get; } = new(device, (long)tiles * dtype.TileBytes(), Slot.Values);

    public Slab Gradients => _gradients ??= new Slab(device, (long)tiles * gradientDType.TileBytes(), Slot.Gradients);

    public bool HasGradients => _gradients is not null;

    public long GradientBytes => _gradients?.Bytes ?? 0;

    /// <summary>Sees to it that there are gradients.</summary>
    public void AllocateGradients(Transaction transaction)
    {
        if (HasGradients)
            return;
        transaction.Add(Gradients);
        transaction.OnRollback(() => _gradients = null);
    }

    /// <summary>Sets the gradients of a range of tiles to zero, if there are any.</summary>
    public void ClearGradients(int firstTile, int endTile) =>
        _gradients?.Clear((long)firstTile * gradientDType.TileBytes(), (long)(endTile - firstTile) * gradientDType.TileBytes());

    public void Dispose()
    {
        Values.Dispose();
        _gradients?.Dispose();
    }
}
