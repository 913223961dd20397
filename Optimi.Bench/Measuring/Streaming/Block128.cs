using System.Runtime.Intrinsics;

namespace Optimi.Bench;

/// <summary>A register of 128 bits.</summary>
internal readonly unsafe struct Block128(Vector128<uint> bits) : IStreamBlock<Block128>
{
    private readonly Vector128<uint> _bits = bits;

    public static int Bytes => Vector128<byte>.Count;

    public static Block128 Load(byte* from) => new(Vector128.Load((uint*)from));

    public static Block128 Splat(uint bits) => new(Vector128.Create(bits));

    public static Block128 And(Block128 left, Block128 right) => new(left._bits & right._bits);

    public static Block128 Add(Block128 left, Block128 right) => new(left._bits + right._bits);

    public void Store(byte* to) => _bits.Store((uint*)to);
}
