using System.Runtime.Intrinsics;

namespace Optimi.Bench;

/// <summary>A register of 256 bits.</summary>
internal readonly unsafe struct Block256(Vector256<uint> bits) : IStreamBlock<Block256>
{
    private readonly Vector256<uint> _bits = bits;

    public static int Bytes => Vector256<byte>.Count;

    public static Block256 Load(byte* from) => new(Vector256.Load((uint*)from));

    public static Block256 Splat(uint bits) => new(Vector256.Create(bits));

    public static Block256 And(Block256 left, Block256 right) => new(left._bits & right._bits);

    public static Block256 Add(Block256 left, Block256 right) => new(left._bits + right._bits);

    public void Store(byte* to) => _bits.Store((uint*)to);
}
