using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>What one group sums up of a tensor between the two passes of a rule that measures.</summary>
/// <param name="Tensor">The tensor's number in the launch.</param>
/// <param name="Number">The part's number in the tensor.</param>
public readonly record struct FinishPart(int Tensor, int Number)
{
    private const int Words = 2;

    /// <summary>How many parts a tensor has.</summary>
    /// <param name="blocks">How many blocks of tiles it has.</param>
    /// <param name="blocksPerPart">How many of them a part has.</param>
    public static int CountOf(int blocks, int blocksPerPart) => ((blocks - 1) / blocksPerPart) + 1;

    /// <summary>Reads a part from a table of them, integer by integer as <see cref="Tile.Read"/> does.</summary>
    /// <param name="table">The table: two integers for each part.</param>
    /// <param name="part">The part's number in the launch.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FinishPart Read(ArrayView<int> table, int part)
    {
        long at = (long)part * Words;
        return new(table[at], table[at + 1]);
    }
}
