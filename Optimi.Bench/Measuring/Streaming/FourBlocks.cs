using System.Runtime.CompilerServices;

namespace Optimi.Bench;

/// <summary>Four blocks in a row: a loop that is unrolled, and stays longer with each slab.</summary>
/// <typeparam name="TBlock">The block.</typeparam>
internal readonly unsafe struct FourBlocks<TBlock>(TBlock a, TBlock b, TBlock c, TBlock d) : IStreamBlock<FourBlocks<TBlock>>
    where TBlock : unmanaged, IStreamBlock<TBlock>
{
    private readonly TBlock _a = a;
    private readonly TBlock _b = b;
    private readonly TBlock _c = c;
    private readonly TBlock _d = d;

    public static int Bytes => 4 * TBlock.Bytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FourBlocks<TBlock> Load(byte* from) => new(
        TBlock.Load(from),
        TBlock.Load(from + TBlock.Bytes),
        TBlock.Load(from + (2 * TBlock.Bytes)),
        TBlock.Load(from + (3 * TBlock.Bytes)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FourBlocks<TBlock> Splat(uint bits) => new(
        TBlock.Splat(bits), TBlock.Splat(bits), TBlock.Splat(bits), TBlock.Splat(bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FourBlocks<TBlock> And(FourBlocks<TBlock> left, FourBlocks<TBlock> right) => new(
        TBlock.And(left._a, right._a), TBlock.And(left._b, right._b), TBlock.And(left._c, right._c), TBlock.And(left._d, right._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FourBlocks<TBlock> Add(FourBlocks<TBlock> left, FourBlocks<TBlock> right) => new(
        TBlock.Add(left._a, right._a), TBlock.Add(left._b, right._b), TBlock.Add(left._c, right._c), TBlock.Add(left._d, right._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(byte* to)
    {
        _a.Store(to);
        _b.Store(to + TBlock.Bytes);
        _c.Store(to + (2 * TBlock.Bytes));
        _d.Store(to + (3 * TBlock.Bytes));
    }
}
