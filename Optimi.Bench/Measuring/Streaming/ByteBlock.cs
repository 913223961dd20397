namespace Optimi.Bench;

/// <summary>One byte: for what is left of a slab that is no multiple of a register.</summary>
internal readonly unsafe struct ByteBlock(byte bits) : IStreamBlock<ByteBlock>
{
    private readonly byte _bits = bits;

    public static int Bytes => 1;

    public static ByteBlock Load(byte* from) => new(*from);

    public static ByteBlock Splat(uint bits) => new((byte)bits);

    public static ByteBlock And(ByteBlock left, ByteBlock right) => new((byte)(left._bits & right._bits));

    public static ByteBlock Add(ByteBlock left, ByteBlock right) => new((byte)(left._bits + right._bits));

    public void Store(byte* to) => *to = _bits;
}
