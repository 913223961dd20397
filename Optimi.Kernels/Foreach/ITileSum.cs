using ILGPU;

namespace Optimi.Kernels;

/// <summary>How a group sums up what it has measured of a tile, in the order of <see cref="TreeSum"/>.</summary>
internal interface ITileSum
{
    /// <summary>Sums up a tile. All threads of the group take part.</summary>
    /// <typeparam name="TGroup">The group.</typeparam>
    /// <param name="measured">Shared memory with a number of each unit, and behind them the second numbers of units that have two. It may
    /// have been written just before, and is overwritten.</param>
    /// <param name="units">Units in a tile.</param>
    /// <param name="length">How many numbers of the tile there are: the others count as 0.</param>
    /// <returns>The sum, which only the first thread can rely on.</returns>
    static abstract ScalarLane Of<TGroup>(ArrayView<ScalarLane> measured, int units, int length)
        where TGroup : IWorkGroup;
}
