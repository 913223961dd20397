using ILGPU.Runtime;

namespace Optimi;

/// <summary>What one kernel of a launch steps.</summary>
/// <param name="FirstTile">The number of its first tile in its table of tiles.</param>
/// <param name="TileCount">How many tiles.</param>
/// <param name="Kind">The table and the kernel.</param>
/// <param name="Gradients">The buffer that the gradients lie in, on devices without addresses.</param>
internal readonly record struct LaunchPiece(int FirstTile, int TileCount, PieceKind Kind, MemoryBuffer? Gradients);
