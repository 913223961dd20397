using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Optimi.Bench;

/// <summary>A block that, when it is loaded, has what lies some way behind it fetched.</summary>
/// <typeparam name="TBlock">The block.</typeparam>
internal readonly unsafe struct FetchedAhead<TBlock>(TBlock block) : IStreamBlock<FetchedAhead<TBlock>>
    where TBlock : unmanaged, IStreamBlock<TBlock>
{
    /// <summary>How far, in bytes: as far as the engine's own loops do.</summary>
    private const int Ahead = 2048;

    private readonly TBlock _block = block;

    public static int Bytes => TBlock.Bytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FetchedAhead<TBlock> Load(byte* from)
    {
        Sse.Prefetch0(from + Ahead);
        return new(TBlock.Load(from));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FetchedAhead<TBlock> Splat(uint bits) => new(TBlock.Splat(bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FetchedAhead<TBlock> And(FetchedAhead<TBlock> left, FetchedAhead<TBlock> right) =>
        new(TBlock.And(left._block, right._block));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FetchedAhead<TBlock> Add(FetchedAhead<TBlock> left, FetchedAhead<TBlock> right) =>
        new(TBlock.Add(left._block, right._block));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(byte* to) => _block.Store(to);
}
