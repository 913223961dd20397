using System.Runtime.Intrinsics;

namespace Optimi.Bench;

/// <summary>A register of 512 bits.</summary>
internal readonly unsafe struct Block512(Vector512<uint> bits) : IStreamBlock<Block512>
{
    private readonly Vector512<uint> _bits = bits;

    public static int Bytes => Vector512<byte>.Count;

    public static Block512 Load(byte* from) => new(Vector512.Load((uint*)from));

    public static Block512 Splat(uint bits) => new(Vector512.Create(bits));

    public static Block512 And(Block512 left, Block512 right) => new(left._bits & right._bits);

    public static Block512 Add(Block512 left, Block512 right) => new(left._bits + right._bits);

    public void Store(byte* to) => _bits.Store((uint*)to);
}
