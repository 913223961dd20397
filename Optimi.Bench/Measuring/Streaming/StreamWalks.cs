using Optimi.Kernels;

namespace Optimi.Bench;

/// <summary>Arranges what a pass moves into walks side by side.</summary>
internal static class StreamWalks
{
    /// <summary>
    /// One walk through all slabs that have numbers, and one through those that have a few headers for each tile. What is more than twice as
    /// long as the shortest of a walk is walked in halves, side by side.
    /// </summary>
    /// <param name="slabs">The slabs.</param>
    /// <param name="tiles">How many tiles each has.</param>
    /// <param name="mask">See <see cref="StreamLoop.Range"/>.</param>
    public static IEnumerable<StreamPass> Of(IReadOnlyList<StreamSlab> slabs, long tiles, uint mask = 0) =>
        from walk in slabs.GroupBy(slab => slab.Bytes < tiles * Tile.Length)
        let shortest = walk.Min(slab => slab.Bytes)
        select new StreamPass([.. walk.SelectMany(slab => Cut(slab, 2 * shortest))], mask);

    /// <summary>Pieces of a slab that are not too long.</summary>
    private static IEnumerable<StreamSlab> Cut(StreamSlab slab, long most)
    {
        if (slab.Bytes <= most)
            return [slab];
        long half = slab.Bytes / 2;
        return Cut(slab with { Bytes = half }, most).Concat(Cut(slab with { Address = slab.Address + (nint)half, Bytes = half }, most));
    }
}
