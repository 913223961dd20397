using Optimi.Kernels;

namespace Optimi;

/// <summary>Tiles that lie one after the other in every slot and have the same row of scalars, on the host.</summary>
internal struct TileRun
{
    /// <summary>Where each slot of the first tile lies.</summary>
    public SlotAddresses Slots;

    /// <summary>The number of the first tile in the launch.</summary>
    public int FirstTile;

    /// <summary>One past the number of the last.</summary>
    public int EndTile;

    /// <summary>Numbers of the last tile that belong to its tensor.</summary>
    public int LastTileLength;

    /// <summary>The slots whose memory ends with these numbers, by <see cref="Slot"/>: 0 if all go on to the end of the tile.</summary>
    public int UnpaddedSlots;

    /// <summary>The row.</summary>
    public int Row;

    /// <summary>The first tile's tensor.</summary>
    public int Tensor;

    /// <summary>A tensor.</summary>
    /// <param name="slots">Where it lies.</param>
    /// <param name="extent">Its tiles.</param>
    /// <param name="unpaddedSlots">The slots whose memory ends with its numbers.</param>
    public static TileRun Of(in SlotAddresses slots, in TensorExtent extent, int unpaddedSlots) => new()
    {
        Slots = slots,
        FirstTile = extent.FirstTile,
        EndTile = extent.EndTile,
        LastTileLength = extent.LastTileLength,
        UnpaddedSlots = extent.LastTileLength == Tile.Length ? 0 : unpaddedSlots,
    };

    /// <summary>How many of some tiles are whole in all slots: all but the last of the run, if that one is cut short.</summary>
    public readonly int WholeTiles(int firstTile, int tiles) =>
        UnpaddedSlots != 0 && firstTile + tiles == EndTile ? tiles - 1 : tiles;
}
