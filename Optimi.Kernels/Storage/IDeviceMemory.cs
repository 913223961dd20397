using ILGPU;

namespace Optimi.Kernels;

/// <summary>A place in a slab of a device.</summary>
/// <typeparam name="TSelf">The implementing struct.</typeparam>
internal interface IDeviceMemory<TSelf> : IMemory<TSelf>
    where TSelf : struct, IDeviceMemory<TSelf>
{
    /// <summary>Whether no more than a tensor's own numbers is touched, and them half a word at a time.</summary>
    static abstract bool IsCareful { get; }

    /// <summary>The beginning of a slab.</summary>
    /// <param name="view">The slab.</param>
    static abstract TSelf Over(ArrayView<byte> view);

    /// <summary>A place in the memory of a tensor, from the beginning of the slab in which it lies.</summary>
    /// <param name="begin">Where the tensor's memory begins, in bytes.</param>
    /// <param name="bytes">How much of it there is.</param>
    /// <param name="at">Where in it the place is, in bytes: a whole number of words.</param>
    TSelf Of(long begin, long bytes, long at);
}
