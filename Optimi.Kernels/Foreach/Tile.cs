namespace Optimi.Kernels;

/// <summary>
/// One tile of a launch: where its values and gradients lie, and whose they are. The states of tile i of the launch lie in
/// tile i of each state slab.
/// </summary>
/// <param name="Value">The tile's number in the slab of values.</param>
/// <param name="Gradient">The tile's number in the slab of gradients.</param>
/// <param name="Tensor">The number of its tensor in the launch.</param>
public readonly record struct Tile(int Value, int Gradient, int Tensor)
{
    /// <summary>Numbers in a tile. Every tensor starts on a tile, so that no vector ever straddles two tensors.</summary>
    public const int Length = 256;

    /// <summary>The row of a tensor that takes no part in a step.</summary>
    public const int NoRow = -1;
}
