namespace Optimi.Kernels;

/// <summary>Decodes and encodes states outside of steps: whole tiles of 256 numbers in memory of the host.</summary>
internal static unsafe class GroupCodec
{
    /// <summary>Decodes pairs of moments.</summary>
    /// <param name="words">Two bytes for each number.</param>
    /// <param name="headers">The headers of the first tile.</param>
    /// <param name="headerStride">Bytes from a tile's headers to the next one's.</param>
    /// <param name="first">Where the first moments go.</param>
    /// <param name="second">Where the second moments go.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void DecodePair(
        ReadOnlySpan<byte> words, ReadOnlySpan<byte> headers, int headerStride, Span<float> first, Span<float> second)
    {
        int tiles = TilesOf(first.Length, words.Length / sizeof(ushort), headers.Length, headerStride, Pair16.HeaderBytesPerTile);
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Length, first.Length);
        fixed (byte* w = words, h = headers)
        fixed (float* m = first, v = second)
        {
            for (int tile = 0; tile < tiles; tile += HostBatch.Tiles)
            {
                HostPair16<ScalarLane>.Decode(
                    w + (tile * Tile.Length * sizeof(ushort)),
                    h + (tile * headerStride),
                    headerStride,
                    Math.Min(HostBatch.Tiles, tiles - tile),
                    (ScalarLane*)(m + (tile * Tile.Length)),
                    (ScalarLane*)(v + (tile * Tile.Length)));
            }
        }
    }

    /// <summary>Encodes pairs of moments.</summary>
    /// <param name="first">The first moments; zero behind a tensor's own. Overwritten.</param>
    /// <param name="second">The second moments; zero behind a tensor's own. Overwritten.</param>
    /// <param name="rounding">How to round.</param>
    /// <param name="firstNumber">The number in its tensor of the first one, modulo 2^32.</param>
    /// <param name="words">Where the words go: two bytes for each number.</param>
    /// <param name="headers">Where the headers of the first tile go.</param>
    /// <param name="headerStride">Bytes from a tile's headers to the next one's.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void EncodePair(
        Span<float> first,
        Span<float> second,
        in Rounding rounding,
        int firstNumber,
        Span<byte> words,
        Span<byte> headers,
        int headerStride)
    {
        int tiles = TilesOf(first.Length, words.Length / sizeof(ushort), headers.Length, headerStride, Pair16.HeaderBytesPerTile);
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Length, first.Length);
        var scalars = RoundingScalars<ScalarLane>.Of(rounding);
        fixed (byte* w = words, h = headers)
        fixed (float* m = first, v = second)
        {
            for (int tile = 0; tile < tiles; tile += HostBatch.Tiles)
            {
                HostPair16<ScalarLane>.Encode(
                    w + (tile * Tile.Length * sizeof(ushort)),
                    h + (tile * headerStride),
                    headerStride,
                    Math.Min(HostBatch.Tiles, tiles - tile),
                    (ScalarLane*)(m + (tile * Tile.Length)),
                    (ScalarLane*)(v + (tile * Tile.Length)),
                    scalars,
                    firstNumber + (tile * Tile.Length));
            }
        }
    }

    /// <summary>Decodes states of 8 bits with a sign.</summary>
    /// <param name="codes">A byte for each number.</param>
    /// <param name="headers">The headers of the first tile.</param>
    /// <param name="headerStride">Bytes from a tile's headers to the next one's.</param>
    /// <param name="scales">The second moments that they are relative to, as they are stored; empty if they are not.</param>
    /// <param name="states">Where the states go.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void DecodeSigned(
        ReadOnlySpan<byte> codes, ReadOnlySpan<byte> headers, int headerStride, ReadOnlySpan<float> scales, Span<float> states)
    {
        int tiles = TilesOf(states.Length, codes.Length, headers.Length, headerStride, Signed8.HeaderBytesPerTile);
        fixed (byte* c = codes, h = headers)
        fixed (float* s = states, v = scales)
        {
            for (int tile = 0; tile < tiles; tile += HostBatch.Tiles)
            {
                HostSigned8<ScalarLane>.Decode(
                    c + (tile * Tile.Length),
                    h + (tile * headerStride),
                    headerStride,
                    Math.Min(HostBatch.Tiles, tiles - tile),
                    (ScalarLane*)(s + (tile * Tile.Length)));
            }

            if (scales.Length > 0)
            {
                ArgumentOutOfRangeException.ThrowIfNotEqual(scales.Length, states.Length);
                HostSigned8<ScalarLane>.Multiply((ScalarLane*)s, (ScalarLane*)v, states.Length);
            }
        }
    }

    /// <summary>Encodes states in 8 bits with a sign.</summary>
    /// <param name="states">The states; zero behind a tensor's own. Overwritten.</param>
    /// <param name="scales">The second moments that they are to be relative to, as they are stored; empty if they are not.</param>
    /// <param name="codes">Where the codes go: a byte for each number.</param>
    /// <param name="headers">Where the headers of the first tile go.</param>
    /// <param name="headerStride">Bytes from a tile's headers to the next one's.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void EncodeSigned(
        Span<float> states, ReadOnlySpan<float> scales, Span<byte> codes, Span<byte> headers, int headerStride)
    {
        int tiles = TilesOf(states.Length, codes.Length, headers.Length, headerStride, Signed8.HeaderBytesPerTile);
        fixed (byte* c = codes, h = headers)
        fixed (float* s = states, v = scales)
        {
            if (scales.Length > 0)
            {
                ArgumentOutOfRangeException.ThrowIfNotEqual(scales.Length, states.Length);
                HostSigned8<ScalarLane>.Divide((ScalarLane*)s, (ScalarLane*)v, states.Length);
            }

            for (int tile = 0; tile < tiles; tile += HostBatch.Tiles)
            {
                HostSigned8<ScalarLane>.Encode(
                    c + (tile * Tile.Length),
                    h + (tile * headerStride),
                    headerStride,
                    Math.Min(HostBatch.Tiles, tiles - tile),
                    (ScalarLane*)(s + (tile * Tile.Length)));
            }
        }
    }

    private static int TilesOf(int numbers, int stored, int headerBytes, int stride, int bytesPerTile)
    {
        int tiles = numbers / Tile.Length;
        if (numbers % Tile.Length != 0 || stored != numbers || stride < bytesPerTile
            || headerBytes < ((tiles - 1) * stride) + bytesPerTile)
        {
            throw new ArgumentException(
                $"{numbers} numbers, {stored} stored ones and {headerBytes} bytes of headers do not fit each other; numbers come in tiles of"
                + $" {Tile.Length}.");
        }

        return tiles;
    }
}
