namespace Optimi;

/// <summary>Tiles that lie one after the other in every slab and have the same row of scalars.</summary>
/// <param name="FirstTile">The number of the first tile in the launch.</param>
/// <param name="EndTile">One past the number of the last.</param>
/// <param name="Row">The row.</param>
internal readonly record struct TileRun(int FirstTile, int EndTile, int Row);
