using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>What one group sums up of a tensor between the two passes of a rule that measures.</summary>
/// <param name="Tensor">The tensor's number in the launch.</param>
/// <param name="Number">The part's number in the tensor.</param>
internal readonly record struct FinishPart(int Tensor, int Number)
{
    private const int Words = 2;

    /// <summary>How many parts a tensor has that is not empty.</summary>
    /// <param name="blocks">How many blocks of tiles it has: at least one.</param>
    /// <param name="blocksPerPart">How many of them a part has at most; to add any to that might be too much.</param>
    public static int CountOf(int blocks, int blocksPerPart) => ((blocks - 1) / blocksPerPart) + 1;

    /// <summary>The parts of all tensors of a launch, tensor by tensor.</summary>
    /// <param name="extents">The tensors.</param>
    /// <param name="blocksPerPart">How many blocks of tiles a part has at most.</param>
    public static FinishPart[] Of(IReadOnlyList<TensorExtent> extents, int blocksPerPart) =>
    [
        .. extents.SelectMany((extent, tensor) => Enumerable
            .Range(0, extent.TileCount == 0 ? 0 : CountOf(TreeSum.BlocksOf(extent.TileCount), blocksPerPart))
            .Select(number => new FinishPart(tensor, number))),
    ];

    /// <summary>For each tensor the number of its first part, and one past the last part of all.</summary>
    /// <param name="parts">The parts, tensor by tensor.</param>
    /// <param name="tensors">How many tensors there are.</param>
    public static int[] FirstOf(IReadOnlyList<FinishPart> parts, int tensors)
    {
        var first = new int[tensors + 1];
        foreach (FinishPart part in parts)
            first[part.Tensor + 1]++;
        for (int tensor = 0; tensor < tensors; tensor++)
            first[tensor + 1] += first[tensor];
        return first;
    }

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
