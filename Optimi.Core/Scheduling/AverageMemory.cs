using Optimi.Kernels;

namespace Optimi;

/// <summary>The averages of some tensors: a float32 slab, which the optimizer owns. It comes and goes while their states stay.</summary>
internal sealed class AverageMemory : IDisposable
{
    private const int TileBytes = Tile.Length * sizeof(float);

    /// <param name="device">The device.</param>
    /// <param name="tensors">The tensors, which from now on have their averages here.</param>
    /// <exception cref="DeviceException">The device has no memory left.</exception>
    public AverageMemory(ComputeDevice device, IReadOnlyList<LaunchTensor> tensors)
    {
        Slab = new Slab(device, tensors.Sum(tensor => (long)tensor.TileCount) * TileBytes, Slot.Average);
        int tile = 0;
        foreach (LaunchTensor tensor in tensors)
        {
            (tensor.Averages, tensor.AverageTile) = (this, tile);
            tile += tensor.TileCount;
        }
    }

    /// <summary>The memory.</summary>
    public Slab Slab { get; }

    /// <summary>Bytes allocated.</summary>
    public long Bytes => Slab.Bytes;

    /// <summary>Where in the memory a tensor begins, in bytes.</summary>
    public static long OffsetOf(LaunchTensor tensor) => (long)tensor.AverageTile * TileBytes;

    /// <summary>Where a tensor's average lies.</summary>
    public MemoryPlace PlaceOf(LaunchTensor tensor) => Slab.PlaceAt(OffsetOf(tensor));

    /// <summary>Sets a tensor's average to zero.</summary>
    public void Clear(LaunchTensor tensor) => Slab.Clear(OffsetOf(tensor), (long)tensor.TileCount * TileBytes);

    public void Dispose() => Slab.Dispose();
}
