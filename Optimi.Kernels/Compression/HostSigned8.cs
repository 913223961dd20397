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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Decode(byte* codes, byte* headers, int headerBytes, int tiles, TLane* states)
    {
        ushort* gathered = stackalloc ushort[Groups];
        float* steps = stackalloc float[Groups];
        HostBatch.Gather(headers, headerBytes, (byte*)gathered, Signed8.HeaderBytesPerTile, tiles);
        for (int at = 0; at < Groups; at += TLane.Width)
            Unsafe.WriteUnaligned(steps + at, Signed8.Step(TLane.LoadHalves((byte*)(gathered + at))));
        var code = new HostWords<TLane>((nint)codes);
        for (int group = 0; group < tiles * Signed8.GroupsPerTile; group++)
        {
            TLane step = TLane.Splat(steps[group]);
            for (int i = group * VectorsPerGroup; i < (group + 1) * VectorsPerGroup; i++)
            {
                TLane both = code.LoadHalf(i);
                *states++ = Signed8.Low(both, step);
                *states++ = Signed8.High(both, step);
            }
        }
    }

    /// <summary>Encodes tiles.</summary>
    /// <param name="codes">Where the codes go.</param>
    /// <param name="headers">Where the headers of the first tile go.</param>
    /// <param name="headerBytes">From a tile's headers to the next one's.</param>
    /// <param name="tiles">How many tiles, at most <see cref="HostBatch.Tiles"/>.</param>
    /// <param name="states">The states.</param>
    [SkipLocalsInit]
    public static void Encode(byte* codes, byte* headers, int headerBytes, int tiles, TLane* states)
    {
        byte* unaligned = stackalloc byte[(Groups * sizeof(TLane)) + sizeof(TLane)];
        var greatest = (TLane*)HostBatch.Aligned(unaligned, sizeof(TLane));
        float* inverses = stackalloc float[Groups];
        ushort* gathered = stackalloc ushort[Groups];
        int groups = tiles * Signed8.GroupsPerTile;
        FindGreatest(states, groups, greatest);
        FindSteps(greatest, gathered, inverses);
        HostBatch.Scatter((byte*)gathered, Signed8.HeaderBytesPerTile, headers, headerBytes, tiles);
        EncodeStates(codes, states, groups, inverses);
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
    private static void EncodeStates(byte* codes, TLane* states, int groups, float* inverses)
    {
        for (int group = 0; group < groups; group++)
        {
            TLane inverse = TLane.Splat(*inverses++);
            for (int i = 0; i < VectorsPerGroup; i++)
            {
                TLane.StoreHalves(codes, Signed8.Codes(states[0], states[1], inverse));
                codes += sizeof(TLane) / 2;
                states += 2;
            }
        }
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
