using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>One tile of a launch: which tensor it is of, and where in it. Where the tensor lies, its <see cref="TensorPlaces"/> say.</summary>
/// <param name="Tensor">The number of its tensor in the launch.</param>
/// <param name="Code">Its number in the tensor, doubled; one more if the tensor ends within it.</param>
internal readonly record struct Tile(int Tensor, int Code)
{
    /// <summary>Numbers in a tile. Every tensor starts on a tile, so that no vector ever straddles two tensors.</summary>
    public const int Length = 1 << LogOfLength;

    /// <summary>Tiles that a tensor can have.</summary>
    public const int MostTiles = int.MaxValue / 2;

    internal const int LogOfLength = 8;

    private const int Words = 2;

    /// <summary>Its number in the tensor.</summary>
    public int Number => Code >> 1;

    /// <summary>1 if the tensor ends within it, else 0.</summary>
    public int Partial => Code & 1;

    /// <summary>A tile of a tensor.</summary>
    /// <param name="tensor">The tensor's number in the launch.</param>
    /// <param name="number">The tile's number in the tensor.</param>
    /// <param name="isPartial">Whether the tensor ends within it.</param>
    public static Tile Of(int tensor, int number, bool isPartial) => new(tensor, checked(2 * number) + (isPartial ? 1 : 0));

    /// <summary>Reads a tile from a table of them.</summary>
    /// <remarks>
    /// Integer by integer: of a struct, compilers do not see that it cannot overlap the float32 slabs that the kernel writes,
    /// and so not that it is the same for a whole group. That cost PoCL a factor of three.
    /// </remarks>
    /// <param name="table">The table: two integers for each tile.</param>
    /// <param name="number">The tile's number in the launch.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Tile Read(ArrayView<int> table, int number)
    {
        long at = (long)number * Words;
        return new(table[at], table[at + 1]);
    }
}
