using System.Runtime.Intrinsics;

namespace Optimi.Bench;

/// <summary>A way to walk memory. Which is the fastest depends on the machine, so a limit tries them all.</summary>
/// <param name="Block">What is loaded and stored at a time.</param>
/// <param name="Parts">How many parts the cores claim.</param>
internal sealed record StreamShape(Type Block, int Parts)
{
    /// <summary>Those of the registers that the machine has.</summary>
    public static IReadOnlyList<StreamShape> All { get; } =
    [
        .. from block in Blocks()
           from parts in (int[])[Environment.ProcessorCount, 16 * Environment.ProcessorCount, 64 * Environment.ProcessorCount]
           select new StreamShape(block, parts),
    ];

    private static IEnumerable<Type> Blocks() =>
    [
        .. Vector512.IsHardwareAccelerated ? [typeof(Block512), typeof(FourBlocks<Block512>)] : Type.EmptyTypes,
        .. Vector256.IsHardwareAccelerated
            ? [typeof(Block256), typeof(FourBlocks<Block256>)]
            : (Type[])[typeof(Block128), typeof(FourBlocks<Block128>)],
    ];
}
