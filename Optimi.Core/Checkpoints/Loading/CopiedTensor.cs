namespace Optimi;

/// <summary>Numbers that memory stores as the file does.</summary>
internal sealed class CopiedTensor(StoredTensor source, TensorStorage target) : LoadedTensor(target.Length, target.DType.Bytes())
{
    public override void Read(long first, int count, Span<byte> bytes) => source.Read(first * BytesPerNumber, bytes);

    public override void Write(long first, int count, ReadOnlySpan<byte> bytes) => target.WriteStored(first * BytesPerNumber, bytes);
}
