using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Util;

namespace Optimi.Kernels;

/// <summary>Where a tensor lies in a launch, and how many numbers it has: what sums over it need.</summary>
/// <param name="FirstTile">Its first tile's number in the launch.</param>
/// <param name="TileCount">How many tiles it takes.</param>
/// <param name="LastTileLength">How many numbers of the last tile are its own; the rest is padding.</param>
/// <param name="InverseLength">One over the count of its numbers, rounded once to float32.</param>
internal readonly record struct TensorExtent(int FirstTile, int TileCount, int LastTileLength, float InverseLength)
{
    private const int Words = 4;

    /// <summary>One past the number of its last tile in the launch.</summary>
    public int EndTile => FirstTile + TileCount;

    /// <summary>The extent of a tensor of some length.</summary>
    /// <param name="firstTile">Its first tile's number in the launch.</param>
    /// <param name="length">How many numbers it has; of none there are no tiles, and no mean.</param>
    public static TensorExtent Of(int firstTile, long length)
    {
        int tiles = (int)((length + Tile.Length - 1) / Tile.Length);
        return new(firstTile, tiles, (int)(length - ((tiles - 1L) * Tile.Length)), (float)(1.0 / length));
    }

    /// <summary>How many numbers of a tile are the tensor's own.</summary>
    /// <param name="tile">The tile's number in the launch.</param>
    public int LengthOf(int tile) =>
        Utilities.Select(tile == EndTile - 1, LastTileLength, Tile.Length);

    /// <summary>How many numbers of a tile are the tensor's own.</summary>
    /// <param name="length">How many numbers the tensor has.</param>
    /// <param name="tile">The tile's number in the tensor.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LengthOf(long length, int tile) => (int)Math.Min(length - ((long)tile * Tile.Length), Tile.Length);

    /// <summary>Reads an extent from a table of them, integer by integer as <see cref="Tile.Read"/> does.</summary>
    /// <param name="table">The table: four integers for each tensor.</param>
    /// <param name="tensor">The tensor's number in the launch.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorExtent Read(ArrayView<int> table, int tensor)
    {
        long at = (long)tensor * Words;
        return new(table[at], table[at + 1], table[at + 2], Interop.IntAsFloat((uint)table[at + 3]));
    }
}
