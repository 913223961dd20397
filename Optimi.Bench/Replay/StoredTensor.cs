using System.Buffers.Binary;

namespace Optimi.Bench;

/// <summary>A tensor of a file: its storage type as the format names it, its shape and its bytes.</summary>
internal sealed record StoredTensor(string Type, int[] Shape, ReadOnlyMemory<byte> Bytes)
{
    public int Length => Bytes.Length / SizeOf(Type);

    /// <summary>The storage type that Optimi calls it; null if it has none.</summary>
    public DType? StorageType => Type switch
    {
        "F32" => DType.Float32,
        "BF16" => DType.BFloat16,
        "F16" => DType.Float16,
        _ => null,
    };

    /// <summary>Bytes of a number; 0 for a type that no case uses.</summary>
    public static int SizeOf(string type) => type switch
    {
        "F64" => 8,
        "F32" => 4,
        "BF16" or "F16" => 2,
        _ => 0,
    };

    /// <summary>The number at a place, widened; always exact.</summary>
    public double this[int index]
    {
        get
        {
            ReadOnlySpan<byte> at = Bytes.Span[(index * SizeOf(Type))..];
            return Type switch
            {
                "F64" => BinaryPrimitives.ReadDoubleLittleEndian(at),
                "F32" => BinaryPrimitives.ReadSingleLittleEndian(at),
                "BF16" => (float)new BFloat16(BinaryPrimitives.ReadUInt16LittleEndian(at)),
                _ => (double)BinaryPrimitives.ReadHalfLittleEndian(at),
            };
        }
    }

    public float[] ToFloats() => [.. Enumerable.Range(0, Length).Select(i => (float)this[i])];
}
