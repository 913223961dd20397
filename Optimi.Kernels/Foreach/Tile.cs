using System.Runtime.CompilerServices;
using ILGPU;

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
    public const int Length = 1 << LogOfLength;

    internal const int LogOfLength = 8;

    /// <summary>The row of a tensor that takes no part in a step.</summary>
    public const int NoRow = -1;

    private const int Words = 3;

    /// <summary>Reads a tile from a table of them.</summary>
    /// <remarks>
    /// Integer by integer: of a struct, compilers do not see that it cannot overlap the float32 slabs that the kernel writes,
    /// and so not that it is the same for a whole group. That cost PoCL a factor of three.
    /// </remarks>
    /// <param name="table">The table: three integers for each tile.</param>
    /// <param name="number">The tile's number in the launch.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Tile Read(ArrayView<int> table, int number)
    {
        long at = (long)number * Words;
        return new(table[at], table[at + 1], table[at + 2]);
    }
}
