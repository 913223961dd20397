using ILGPU;

namespace Optimi.Kernels;

/// <summary>A place in a slab of a device.</summary>
/// <typeparam name="TSelf">The implementing struct.</typeparam>
public interface IDeviceMemory<TSelf> : IMemory<TSelf>
    where TSelf : struct, IDeviceMemory<TSelf>
{
    /// <summary>The beginning of a slab.</summary>
    /// <param name="view">The slab.</param>
    static abstract TSelf Over(ArrayView<byte> view);
}
