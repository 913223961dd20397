namespace Optimi;

/// <summary>Codes, headers or low bits, written as they are stored.</summary>
internal sealed class WrittenPart(string name, StoredPart part)
    : WrittenTensor(name, part.Type, part.StoredShape, part.Bytes / TensorTypes.SizeOf(part.Type))
{
    public override void Read(long offset, Span<byte> destination) => part.Read(offset, destination);
}
