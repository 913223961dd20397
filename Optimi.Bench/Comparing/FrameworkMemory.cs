namespace Optimi.Bench;

/// <summary>Memory as a framework owns it: a piece of the device's, in which tensors may begin at any number.</summary>
internal abstract class FrameworkMemory : IDisposable
{
    /// <summary>Allocates memory.</summary>
    /// <param name="device">The device.</param>
    /// <param name="bytes">How much.</param>
    /// <param name="pages">The pages, if it is the host's.</param>
    /// <param name="place">Its number among what is walked side by side: 0 for values, 1 for gradients.</param>
    public static FrameworkMemory Allocate(ComputeDevice device, long bytes, PageKind pages, int place) =>
        device.IsHost ? new HostFrameworkMemory(bytes, pages, place) : new DeviceFrameworkMemory(device, bytes);

    /// <summary>The memory of a tensor.</summary>
    /// <param name="dtype">How its numbers are stored.</param>
    /// <param name="offset">Where it begins, in bytes.</param>
    /// <param name="length">How many numbers it has.</param>
    public abstract TensorView View(DType dtype, long offset, int length);

    public abstract void Dispose();
}
