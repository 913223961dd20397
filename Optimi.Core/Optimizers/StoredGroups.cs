using System.Buffers;
using Optimi.Kernels;

namespace Optimi;

/// <summary>The compressed states of one parameter, in pieces of whole tiles. The device's turn is the caller's.</summary>
internal sealed class StoredGroups(LaunchTensor tensor)
{
    /// <summary>Numbers of a piece.</summary>
    public const int PieceLength = 1 << 16;

    private SlotLayout Layout => tensor.States!.Layout;

    private int HeaderStride => Layout.TileBytes(Slot.Headers);

    /// <summary>How many numbers the tiles of some have.</summary>
    public static int LengthOf(int numbers) => (numbers + Tile.Length - 1) / Tile.Length * Tile.Length;

    /// <summary>Decodes a state.</summary>
    /// <param name="state">Its number.</param>
    /// <param name="first">The first number: of a tile.</param>
    /// <param name="states">Where the state goes, whole tiles.</param>
    /// <param name="others">Where the other moment of a pair goes, or the second moment that the state is relative to.</param>
    public void Decode(int state, long first, Span<float> states, Span<float> others)
    {
        using var codes = new Piece(states.Length, HeaderStride);
        ReadHeaders(first, codes.Headers);
        switch (FormatOf(state))
        {
            case StateFormat.FirstOfPair:
                DecodePair(first, codes, states, others);
                break;
            case StateFormat.SecondOfPair:
                DecodePair(first, codes, others, states);
                break;
            default:
                bool isRelative = FormatOf(state) == StateFormat.SignedByPair;
                if (isRelative)
                    DecodePair(first, codes, states, others);
                Read(Slot.FirstState + state, first, codes.OfBytes);
                GroupCodec.DecodeSigned(
                    codes.OfBytes, codes.Headers[HeaderOffsetOf(state)..], HeaderStride, isRelative ? others : [], states);
                break;
        }
    }

    /// <summary>Encodes a state to the nearest.</summary>
    /// <param name="state">Its number.</param>
    /// <param name="first">The first number: of a tile.</param>
    /// <param name="states">The state, whole tiles; zero behind the tensor's own. Overwritten.</param>
    /// <param name="others">The other moment of a pair, or the second moment that the state is relative to. Overwritten.</param>
    public void Encode(int state, long first, Span<float> states, Span<float> others)
    {
        switch (FormatOf(state))
        {
            case StateFormat.FirstOfPair:
                EncodePair(first, states, others, NextSpread());
                break;
            case StateFormat.SecondOfPair:
                EncodePair(first, others, states, NextSpread());
                break;
            default:
                using (var codes = new Piece(states.Length, HeaderStride))
                {
                    ReadHeaders(first, codes.Headers);
                    GroupCodec.EncodeSigned(
                        states,
                        FormatOf(state) == StateFormat.SignedByPair ? others : [],
                        codes.OfBytes,
                        codes.Headers[HeaderOffsetOf(state)..],
                        HeaderStride);
                    Write(Slot.FirstState + state, first, codes.OfBytes);
                    WriteHeaders(first, codes.Headers);
                }

                break;
        }
    }

    /// <summary>Encodes pairs of moments to the nearest.</summary>
    /// <param name="first">The first number: of a tile.</param>
    /// <param name="firsts">The first moments, whole tiles; zero behind the tensor's own. Overwritten.</param>
    /// <param name="seconds">The second moments. Overwritten.</param>
    /// <param name="spread">The spread of the step that will read them.</param>
    public void EncodePair(long first, Span<float> firsts, Span<float> seconds, int spread)
    {
        using var codes = new Piece(firsts.Length, HeaderStride);
        ReadHeaders(first, codes.Headers);
        GroupCodec.EncodePair(
            firsts, seconds, Rounding.Nearest with { Spread = spread }, (int)first, codes.OfWords, codes.Headers, HeaderStride);
        Write(Slot.FirstState, first, codes.OfWords);
        WriteHeaders(first, codes.Headers);
    }

    private void DecodePair(long first, Piece codes, Span<float> firsts, Span<float> seconds)
    {
        Read(Slot.FirstState, first, codes.OfWords);
        GroupCodec.DecodePair(codes.OfWords, codes.Headers, HeaderStride, firsts, seconds);
    }

    /// <summary>The spread of the parameter's next step.</summary>
    private int NextSpread() => tensor.Group.Options.SpreadOf(
        new StepContext(tensor.Steps + 1, tensor.Group.Lr, tensor.Group.MaxLr, Accumulates: false));

    private StateFormat FormatOf(int state) => Layout.States[state]!.Value.Grouped();

    /// <summary>Where in a tile's headers those of a state begin.</summary>
    public int HeaderOffsetOf(int state)
    {
        int offset = 0;
        for (int before = 0; before < state; before++)
            offset += Layout.States[before]?.HeaderBytesPerTile() ?? 0;
        return offset;
    }

    private void ReadHeaders(long first, Span<byte> headers) =>
        tensor.States![Slot.Headers]!.Download(PlaceOf(Slot.Headers, first / Tile.Length), headers);

    private void WriteHeaders(long first, ReadOnlySpan<byte> headers) =>
        tensor.States![Slot.Headers]!.Upload(PlaceOf(Slot.Headers, first / Tile.Length), headers);

    private void Read(int slot, long first, Span<byte> codes) =>
        tensor.States![slot]!.Download(PlaceOf(slot, first / Tile.Length), codes);

    private void Write(int slot, long first, ReadOnlySpan<byte> codes) =>
        tensor.States![slot]!.Upload(PlaceOf(slot, first / Tile.Length), codes);

    private long PlaceOf(int slot, long tile) => (tensor.StateTile + tile) * Layout.TileBytes(slot);

    /// <summary>Memory for the codes and headers of a piece.</summary>
    private readonly struct Piece(int length, int headerStride) : IDisposable
    {
        private readonly byte[] _codes = ArrayPool<byte>.Shared.Rent(length * sizeof(ushort));
        private readonly byte[] _headers = ArrayPool<byte>.Shared.Rent(length / Tile.Length * headerStride);

        public Span<byte> OfWords => _codes.AsSpan(0, length * sizeof(ushort));

        public Span<byte> OfBytes => _codes.AsSpan(0, length);

        public Span<byte> Headers => _headers.AsSpan(0, length / Tile.Length * headerStride);

        public void Dispose()
        {
            ArrayPool<byte>.Shared.Return(_codes);
            ArrayPool<byte>.Shared.Return(_headers);
        }
    }
}
