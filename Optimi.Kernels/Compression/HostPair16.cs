using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>Decodes and encodes tiles of <see cref="Pair16"/> on the host: a few at a time, so that the headers of many groups are computed
/// side by side.</summary>
/// <typeparam name="TLane">The vector.</typeparam>
internal static unsafe partial class HostPair16<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>Groups of a batch.</summary>
    private const int Groups = HostBatch.Tiles * Pair16.GroupsPerTile;

    /// <summary>Vectors of units in a group.</summary>
    private static int VectorsPerGroup
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Pair16.GroupLength / 2 / TLane.Width;
    }

    /// <summary>Decodes tiles.</summary>
    /// <param name="words">The words.</param>
    /// <param name="headers">The headers of the first tile.</param>
    /// <param name="headerBytes">From a tile's headers to the next one's.</param>
    /// <param name="tiles">How many tiles, at most <see cref="HostBatch.Tiles"/>.</param>
    /// <param name="first">Where the first moments go: of each vector of units those of the first numbers, then of the second.</param>
    /// <param name="second">Where the second moments go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Decode(byte* words, byte* headers, int headerBytes, int tiles, TLane* first, TLane* second)
    {
        uint* gathered = stackalloc uint[Groups * Pair16.HeaderWords];
        float* parts = stackalloc float[Groups * Pair16Decoding<TLane>.Registers];
        var of = (Pair16Decoding<TLane>*)parts;
        HostBatch.Gather(headers, headerBytes, (byte*)gathered, Pair16.HeaderBytesPerTile, tiles);
        for (int at = 0; at < Groups / TLane.Width; at++)
        {
            TLane left = Unsafe.ReadUnaligned<TLane>(gathered + (2 * at * TLane.Width));
            TLane right = Unsafe.ReadUnaligned<TLane>(gathered + (((2 * at) + 1) * TLane.Width));
            Unsafe.WriteUnaligned(of + at, Pair16Decoding<TLane>.Of(TLane.Even(left, right), TLane.Odd(left, right)));
        }

        var word = new HostWords<TLane>((nint)words);
        for (int group = 0; group < tiles * Pair16.GroupsPerTile; group++)
        {
            float* part = HostBatch.PartsOf<TLane>(parts, group, Pair16Decoding<TLane>.Registers);
            Pair16Decoding<TLane> decoding = new()
            {
                Bottom = TLane.Splat(part[0]),
                Delta = TLane.Splat(part[TLane.Width]),
                SecondMask = TLane.Splat(part[2 * TLane.Width]),
                FirstMask = TLane.Splat(part[3 * TLane.Width]),
                FirstStep = TLane.Splat(part[4 * TLane.Width]),
            };
            for (int i = 0; i < VectorsPerGroup; i++)
            {
                TLane both = word.Load(i);
                Moments<TLane> low = decoding.Low(both);
                first[0] = low.First;
                second[0] = low.Second;
                Moments<TLane> high = decoding.High(both);
                first[1] = high.First;
                second[1] = high.Second;
                first += 2;
                second += 2;
            }

            word = word.Skip(Pair16.GroupLength / 2);
        }
    }
}
