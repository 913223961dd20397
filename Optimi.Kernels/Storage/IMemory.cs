namespace Optimi.Kernels;

/// <summary>A place in a slab.</summary>
/// <typeparam name="TSelf">The implementing struct.</typeparam>
internal interface IMemory<TSelf>
    where TSelf : struct, IMemory<TSelf>
{
    /// <summary>The place that lies a number of words further on.</summary>
    /// <param name="words">32-bit words.</param>
    TSelf Skip(long words);
}
