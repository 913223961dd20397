using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>Decodes and encodes tiles of <see cref="Signed8"/> on the host, a few at a time.</summary>
/// <typeparam name="TLane">The vector.</typeparam>
internal static unsafe class HostSigned8<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    private const int Groups = HostBatch.Tiles * Signed8.GroupsPerTile;

    /// <summary>Vectors of units in a group.</summary>
    private static int VectorsPerGroup
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Signed8.GroupLength / 2 / TLane.Width;
    }

    /// <summary>Decodes tiles.</summary>
    /// <param name="codes">The codes.</param>
    /// <param name="headers">The headers of the first tile.</param>
    /// <param name="headerBytes">From a tile's headers to the next one's.</param>
    /// <param name="tiles">How many tiles, at most <see cref="HostBatch.Tiles"/>.</param>
    /// <param name="states">Where the states go: of each vector of units those of the first numbers, then of the second.</param>
    [SkipLocalsInit]
    public static void Decode(byte* codes, byte* headers, int headerBytes, int tiles, TLane* states)
    {
        float* steps = stackalloc float[Groups];
        ReadSteps(headers, headerBytes, tiles, steps);
        DecodeStates(codes, states, tiles * Signed8.GroupsPerTile, steps);
    }

    /// <summary>Encodes tiles.</summary>
    /// <param name="codes">Where the codes go.</param>
    /// <param name="headers">Where the headers of the first tile go.</param>
    /// <param name="headerBytes">From a tile's headers to the next one's.</param>
    /// <param name="tiles">How many tiles, at most <see cref="HostBatch.Tiles"/>.</param>
    /// <param name="states">The states.</param>
    public static void Encode(byte* codes, byte* headers, int headerBytes, int tiles, TLane* states) =>
        Recode(codes, headers, headerBytes, tiles, 0, states);

    /// <summary>Encodes tiles, and decodes those behind them to where they were: while roots are taken of the former, there is time for
    /// the latter.</summary>
    /// <param name="codes">The codes of the tiles that are encoded.</param>
    /// <param name="headers">The headers of the first one.</param>
    /// <param name="headerBytes">From a tile's headers to the next one's.</param>
    /// <param name="tiles">How many tiles are encoded, at most <see cref="HostBatch.Tiles"/>.</param>
    /// <param name="nextTiles">How many are decoded, at most as many.</param>
    /// <param name="states">The states.</param>
    [SkipLocalsInit]
    public static void Recode(byte* codes, byte* headers, int headerBytes, int tiles, int nextTiles, TLane* states)
    {
        byte* unaligned = stackalloc byte[(Groups * sizeof(TLane)) + sizeof(TLane)];
        var greatest = (TLane*)HostBatch.Aligned(unaligned, sizeof(TLane));
        float* inverses = stackalloc float[Groups];
        float* steps = stackalloc float[Groups];
        ushort* gathered = stackalloc ushort[Groups];
        int groups = tiles * Signed8.GroupsPerTile;
        int nextGroups = nextTiles * Signed8.GroupsPerTile;
        FindGreatest(states, groups, greatest);
        FindSteps(greatest, gathered, inverses);
        HostBatch.Scatter((byte*)gathered, Signed8.HeaderBytesPerTile, headers, headerBytes, tiles);
        ReadSteps(headers + (tiles * headerBytes), headerBytes, nextTiles, steps);
        RecodeStates(codes, codes + (groups * Signed8.GroupLength), states, nextGroups, inverses, steps);
        EncodeStates(
            codes + (nextGroups * Signed8.GroupLength),
            states + (nextGroups * 2 * VectorsPerGroup),
            groups - nextGroups,
            inverses + nextGroups);
    }

    private static void ReadSteps(byte* headers, int headerBytes, int tiles, float* steps)
    {
        ushort* gathered = stackalloc ushort[Groups];
        HostBatch.Gather(headers, headerBytes, (byte*)gathered, Signed8.HeaderBytesPerTile, tiles);
        for (int at = 0; at < Groups; at += TLane.Width)
            Unsafe.WriteUnaligned(steps + at, Signed8.Step(TLane.LoadHalves((byte*)(gathered + at))));
    }

    /// <summary>The greatest state of each group, still in as many parts as a vector has places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FindGreatest(TLane* states, int groups, TLane* greatest)
    {
        for (int group = 0; group < groups; group++)
        {
            TLane most = TLane.SplatBits(0);
            for (int i = 0; i < 2 * VectorsPerGroup; i++)
                most = TLane.MaxBits(most, Signed8.Bounded(*states++));
            *greatest++ = most;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FindSteps(TLane* greatest, ushort* headers, float* inverses)
    {
        for (int at = 0; at < Groups; at += TLane.Width)
        {
            TLane most = TLane.MaxOfEach(greatest + at);
            TLane header = Signed8.Header(most);
            TLane.StoreHalves((byte*)(headers + at), header);
            Unsafe.WriteUnaligned(inverses + at, Signed8.InverseStep(most, header));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DecodeStates(byte* codes, TLane* states, int groups, float* steps)
    {
        for (int group = 0; group < groups; group++)
        {
            TLane step = TLane.Splat(*steps++);
            for (int i = 0; i < VectorsPerGroup; i++)
            {
                DecodeVectors(codes, states, step);
                codes += sizeof(TLane) / 2;
                states += 2;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EncodeStates(byte* codes, TLane* states, int groups, float* inverses)
    {
        for (int group = 0; group < groups; group++)
        {
            TLane inverse = TLane.Splat(*inverses++);
            for (int i = 0; i < VectorsPerGroup; i++)
            {
                EncodeVectors(codes, states, inverse);
                codes += sizeof(TLane) / 2;
                states += 2;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RecodeStates(byte* codes, byte* nextCodes, TLane* states, int groups, float* inverses, float* steps)
    {
        for (int group = 0; group < groups; group++)
        {
            TLane inverse = TLane.Splat(*inverses++);
            TLane step = TLane.Splat(*steps++);
            for (int i = 0; i < VectorsPerGroup; i++)
            {
                EncodeVectors(codes, states, inverse);
                DecodeVectors(nextCodes, states, step);
                codes += sizeof(TLane) / 2;
                nextCodes += sizeof(TLane) / 2;
                states += 2;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EncodeVectors(byte* codes, TLane* states, TLane inverse) =>
        TLane.StoreHalves(codes, Signed8.Codes(states[0], states[1], inverse));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DecodeVectors(byte* codes, TLane* states, TLane step)
    {
        TLane both = new HostWords<TLane>((nint)codes).LoadHalf(0);
        states[0] = Signed8.Low(both, step);
        states[1] = Signed8.High(both, step);
    }

    /// <summary>Multiplies states by the power of two at or below the root of a second moment.</summary>
    /// <param name="states">The states.</param>
    /// <param name="second">The second moments, as they are stored.</param>
    /// <param name="vectors">How many vectors.</param>
    public static void Multiply(TLane* states, TLane* second, int vectors)
    {
        for (int i = 0; i < vectors; i++)
            states[i] *= Pair16.RootScale(second[i]);
    }

    /// <summary>Divides states by the power of two at or below the root of a second moment.</summary>
    /// <param name="states">The states.</param>
    /// <param name="second">The second moments, as they are stored.</param>
    /// <param name="vectors">How many vectors.</param>
    public static void Divide(TLane* states, TLane* second, int vectors)
    {
        for (int i = 0; i < vectors; i++)
            states[i] *= Pair16.InverseRootScale(second[i]);
    }
}
