using System.Buffers;
using Optimi.Kernels;

namespace Optimi;

/// <summary>A state that a file stores in 8 bits with a sign.</summary>
/// <param name="codes">The codes.</param>
/// <param name="headers">Their headers.</param>
/// <param name="pair">The tensors of the pairs that it is relative to; none if it is not.</param>
internal sealed class SignedSource(StoredTensor codes, StoredTensor headers, params StoredRuns[] pair)
    : GroupSource([StoredRuns.OfNumbers(codes), new StoredRuns(headers, Signed8.GroupLength, sizeof(ushort)), .. pair])
{
    private readonly bool _isRelative = pair.Length > 0;

    protected override void Decode(ReadOnlySpan<byte> bytes, int count, Span<float> states)
    {
        int headerBytes = states.Length / Tile.Length * Signed8.HeaderBytesPerTile;
        byte[] allCodes = Padded(PartOf(0, bytes, count), states.Length);
        byte[] allHeaders = Padded(PartOf(1, bytes, count), headerBytes);
        float[] others = ArrayPool<float>.Shared.Rent(states.Length);
        Span<float> scales = _isRelative ? others.AsSpan(0, states.Length) : [];
        if (_isRelative)
            PairSource.Decode(PartOf(2, bytes, count), PartOf(3, bytes, count), states, scales);
        GroupCodec.DecodeSigned(
            allCodes.AsSpan(0, states.Length), allHeaders.AsSpan(0, headerBytes), Signed8.HeaderBytesPerTile, scales, states);
        ArrayPool<byte>.Shared.Return(allCodes);
        ArrayPool<byte>.Shared.Return(allHeaders);
        ArrayPool<float>.Shared.Return(others);
    }
}
