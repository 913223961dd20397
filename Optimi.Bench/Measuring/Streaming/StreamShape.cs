using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Optimi.Bench;

/// <summary>A way to walk memory. Which is the fastest depends on the machine, so a limit tries them all.</summary>
/// <param name="Block">What is loaded and stored at a time.</param>
/// <param name="Parts">How many parts the cores claim.</param>
internal sealed record StreamShape(Type Block, int Parts)
{
    /// <summary>Those of the registers that the machine has, each with and without fetching ahead.</summary>
    public static IReadOnlyList<StreamShape> All { get; } =
    [
        .. from block in Blocks()
           from parts in (int[])[Environment.ProcessorCount, 16 * Environment.ProcessorCount, 64 * Environment.ProcessorCount]
           select new StreamShape(block, parts),
    ];

    private static IEnumerable<Type> Blocks() =>
    [
        .. Vector512.IsHardwareAccelerated ? BlocksOf<Block512>() : [],
        .. Vector256.IsHardwareAccelerated ? BlocksOf<Block256>() : BlocksOf<Block128>(),
    ];

    private static IEnumerable<Type> BlocksOf<TBlock>()
        where TBlock : unmanaged, IStreamBlock<TBlock> =>
    [
        typeof(TBlock),
        typeof(FourBlocks<TBlock>),
        .. Sse.IsSupported ? [typeof(FetchedAhead<TBlock>), typeof(FourBlocks<FetchedAhead<TBlock>>)] : Type.EmptyTypes,
    ];
}
