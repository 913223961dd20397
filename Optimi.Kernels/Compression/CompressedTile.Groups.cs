using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <content>What one work-item does of a block of numbers where it takes one: a group of a pair, or two of other states.</content>
internal static partial class CompressedTile<TLayout, TWords>
{
    /// <summary>Blocks of a tile.</summary>
    private const int Blocks = Pair16.GroupsPerTile;

    /// <summary>Encodes a block.</summary>
    /// <param name="block">The block; beyond the last one nothing is done.</param>
    /// <param name="length">How many numbers of the tile are the tensor's own: the others become zero.</param>
    /// <param name="rounding">How to round.</param>
    /// <param name="slabs">The slabs from the tile on.</param>
    /// <param name="shared">What the group shares.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeBlock(
        int block, int length, in RoundingScalars<ScalarLane> rounding, in Slabs<TWords> slabs, ArrayView<ScalarLane> shared)
    {
        if (block >= Blocks)
            return;
        EncodeSignedGroup(2 * block, length, StateFormat.Signed, slabs, shared);
        EncodeSignedGroup((2 * block) + 1, length, StateFormat.Signed, slabs, shared);
        if (!HasPair)
            return;
        int first = block * Pair16.GroupLength;
        FindPairSeconds(block, length, rounding.Spread, shared);
        Pair16Seconds<ScalarLane> seconds = SecondsOf(shared, first);
        for (int i = first; i < first + Pair16.GroupLength; i++)
            EncodePairSecond(i, length, seconds, rounding.Moments, slabs.FirstNumber, shared);
        FindPairFirsts(block, slabs.Headers, shared);
        Pair16Firsts<ScalarLane> firsts = FirstsOf(shared, first);
        for (int i = first; i < first + Pair16.GroupLength; i++)
            EncodePairFirst(i, seconds, firsts, slabs.State0, shared);
        EncodeSignedGroup(2 * block, Tile.Length, StateFormat.SignedByPair, slabs, shared);
        EncodeSignedGroup((2 * block) + 1, Tile.Length, StateFormat.SignedByPair, slabs, shared);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EncodeSignedGroup(
        int group, int length, StateFormat format, in Slabs<TWords> slabs, ArrayView<ScalarLane> shared)
    {
        if (!Has(format))
            return;
        FindSigned(group, length, format, slabs.Headers, shared);
        int first = group * Signed8.GroupLength;
        for (int i = first; i < first + Signed8.GroupLength; i++)
            EncodeSigned(i, group, length, format, slabs, shared);
    }

    private static bool Has(StateFormat format) => TLayout.FormatOf(0) == format
        || TLayout.FormatOf(1) == format
        || TLayout.FormatOf(2) == format
        || TLayout.FormatOf(3) == format;
}
