using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <content>Encoding. Each loop is a method of its own: the JIT inlines only so much into one, and a call in a loop costs a factor of
/// three.</content>
internal static unsafe partial class HostPair16<TLane>
{
    /// <summary>Encodes tiles.</summary>
    /// <param name="words">Where the words go.</param>
    /// <param name="headers">Where the headers of the first tile go.</param>
    /// <param name="headerBytes">From a tile's headers to the next one's.</param>
    /// <param name="tiles">How many tiles, at most <see cref="HostBatch.Tiles"/>.</param>
    /// <param name="first">The first moments. Overwritten.</param>
    /// <param name="second">The second moments. Overwritten.</param>
    /// <param name="rounding">How to round.</param>
    /// <param name="firstNumber">The number in its tensor of the first number.</param>
    [SkipLocalsInit]
    public static void Encode(
        byte* words,
        byte* headers,
        int headerBytes,
        int tiles,
        TLane* first,
        TLane* second,
        in RoundingScalars<TLane> rounding,
        int firstNumber)
    {
        byte* unaligned = stackalloc byte[(2 * Groups * sizeof(TLane)) + sizeof(TLane)];
        var greatest = (TLane*)HostBatch.Aligned(unaligned, sizeof(TLane));
        TLane* deepest = greatest + Groups;
        float* seconds = stackalloc float[Groups * Pair16Seconds<TLane>.Registers];
        float* firsts = stackalloc float[Groups * Pair16Firsts<TLane>.Registers];
        byte* gathered = stackalloc byte[HostBatch.Tiles * Pair16.HeaderBytesPerTile];
        int groups = tiles * Pair16.GroupsPerTile;
        FindBounds(second, groups, greatest, deepest);
        FindSeconds(greatest, deepest, rounding.Spread, (Pair16Seconds<TLane>*)seconds);
        EncodeSeconds(first, second, groups, seconds, greatest, rounding.Moments, firstNumber);
        FindFirsts(greatest, (Pair16Seconds<TLane>*)seconds, (Pair16Firsts<TLane>*)firsts, (float*)gathered);
        HostBatch.Scatter(gathered, Pair16.HeaderBytesPerTile, headers, headerBytes, tiles);
        EncodeFirsts(words, first, second, groups, firsts);
    }

    /// <summary>The greatest and the least second moment of each group, still in as many parts as a vector has places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FindBounds(TLane* second, int groups, TLane* greatest, TLane* deepest)
    {
        for (int group = 0; group < groups; group++)
        {
            TLane most = TLane.SplatBits(0);
            TLane depth = TLane.SplatBits(0);
            for (int i = 0; i < 2 * VectorsPerGroup; i++)
            {
                TLane bounded = Pair16.Bounded(*second);
                *second++ = bounded;
                most = TLane.MaxBits(most, bounded);
                depth = TLane.MaxBits(depth, Pair16.Depth(bounded));
            }

            *greatest++ = most;
            *deepest++ = depth;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FindSeconds(TLane* greatest, TLane* deepest, TLane spread, Pair16Seconds<TLane>* seconds)
    {
        for (int at = 0; at < Groups; at += TLane.Width)
            *seconds++ = Pair16Seconds<TLane>.Of(TLane.MaxOfEach(greatest + at), TLane.MaxOfEach(deepest + at), spread);
    }

    /// <summary>Puts the codes of second moments where they were, and scaled first moments where those were.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EncodeSeconds(
        TLane* first, TLane* second, int groups, float* parts, TLane* greatest, DitherScalars<TLane> dithers, int firstNumber)
    {
        TLane dither = dithers.At(firstNumber, 0, numbersPerUnit: 2);
        TLane ditherStep = dithers.Step();
        for (int group = 0; group < groups; group++)
        {
            float* part = HostBatch.PartsOf<TLane>(parts, group, Pair16Seconds<TLane>.Registers);
            Pair16Seconds<TLane> seconds = new()
            {
                Top = TLane.Splat(part[0]),
                Delta = TLane.Splat(part[TLane.Width]),
                InverseDelta = TLane.Splat(part[2 * TLane.Width]),
                MostCode = TLane.Splat(part[3 * TLane.Width]),
            };
            TLane most = TLane.SplatBits(0);
            for (int i = 0; i < VectorsPerGroup; i++)
            {
                TLane low = seconds.CodeFromTop(second[0], dither);
                TLane lowScaled = seconds.Scaled(first[0], low);
                first[0] = lowScaled;
                most = TLane.MaxBits(most, Signed8.Bounded(lowScaled));
                TLane high = seconds.CodeFromTop(second[1], dithers.Second(dither));
                TLane highScaled = seconds.Scaled(first[1], high);
                first[1] = highScaled;
                most = TLane.MaxBits(most, Signed8.Bounded(highScaled));
                second[0] = seconds.Words(low, high);
                dither = TLane.AddBits(dither, ditherStep);
                first += 2;
                second += 2;
            }

            *greatest++ = most;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FindFirsts(TLane* greatest, Pair16Seconds<TLane>* seconds, Pair16Firsts<TLane>* firsts, float* headers)
    {
        for (int at = 0; at < Groups; at += TLane.Width)
        {
            var found = Pair16Firsts<TLane>.Of(TLane.MaxOfEach(greatest + at), seconds->Bits);
            *firsts++ = found;
            Unsafe.WriteUnaligned(headers, TLane.ZipFirst(seconds->Header, found.Header));
            Unsafe.WriteUnaligned(headers + TLane.Width, TLane.ZipSecond(seconds->Header, found.Header));
            headers += 2 * TLane.Width;
            seconds++;
        }
    }

    /// <summary>Adds the codes of first moments, and writes the words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EncodeFirsts(byte* words, TLane* first, TLane* second, int groups, float* parts)
    {
        for (int group = 0; group < groups; group++)
        {
            float* part = HostBatch.PartsOf<TLane>(parts, group, Pair16Firsts<TLane>.Registers);
            Pair16Firsts<TLane> firsts = new()
            {
                InverseStep = TLane.Splat(part[0]),
                Middle = TLane.Splat(part[TLane.Width]),
                Shift = TLane.Splat(part[2 * TLane.Width]),
            };
            for (int i = 0; i < VectorsPerGroup; i++)
            {
                Unsafe.WriteUnaligned(words, firsts.Words(second[0], first[0], first[1]));
                words += sizeof(TLane);
                first += 2;
                second += 2;
            }
        }
    }
}
