namespace Optimi.Kernels;

/// <summary>A place in a slab.</summary>
/// <typeparam name="TSelf">The implementing struct.</typeparam>
public interface IMemory<TSelf>
    where TSelf : struct, IMemory<TSelf>
{
    /// <summary>The place that lies a number of 16-bit halves of words further on.</summary>
    /// <param name="halves">How many: a whole number of what is accessed at once.</param>
    TSelf Skip(long halves);
}
