using System.Buffers;
using Optimi.Kernels;

namespace Optimi;

/// <summary>One moment of pairs that a file stores in 16 bits.</summary>
/// <param name="words">The pairs.</param>
/// <param name="headers">Their headers.</param>
/// <param name="isSecond">Whether it is the second moment.</param>
internal sealed class PairSource(StoredTensor words, StoredTensor headers, bool isSecond)
    : GroupSource(RunsOf(words, headers))
{
    /// <summary>The tensors that pairs are made of.</summary>
    public static StoredRuns[] RunsOf(StoredTensor words, StoredTensor headers) =>
        [StoredRuns.OfNumbers(words), new StoredRuns(headers, Pair16.GroupLength, Pair16.HeaderWords * sizeof(uint))];

    protected override void Decode(ReadOnlySpan<byte> bytes, int count, Span<float> states)
    {
        float[] others = ArrayPool<float>.Shared.Rent(states.Length);
        Span<float> partners = others.AsSpan(0, states.Length);
        if (isSecond)
            Decode(PartOf(0, bytes, count), PartOf(1, bytes, count), partners, states);
        else
            Decode(PartOf(0, bytes, count), PartOf(1, bytes, count), states, partners);
        ArrayPool<float>.Shared.Return(others);
    }

    /// <summary>Decodes pairs, of the last of which there may be less than a tile.</summary>
    public static void Decode(ReadOnlySpan<byte> words, ReadOnlySpan<byte> headers, Span<float> firsts, Span<float> seconds)
    {
        int wordBytes = firsts.Length * sizeof(ushort);
        int headerBytes = firsts.Length / Tile.Length * Pair16.HeaderBytesPerTile;
        byte[] allWords = Padded(words, wordBytes);
        byte[] allHeaders = Padded(headers, headerBytes);
        GroupCodec.DecodePair(
            allWords.AsSpan(0, wordBytes), allHeaders.AsSpan(0, headerBytes), Pair16.HeaderBytesPerTile, firsts, seconds);
        ArrayPool<byte>.Shared.Return(allWords);
        ArrayPool<byte>.Shared.Return(allHeaders);
    }
}
