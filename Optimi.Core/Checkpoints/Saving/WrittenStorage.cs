namespace Optimi;

/// <summary>A parameter's values, or a state, written as they are stored.</summary>
internal sealed class WrittenStorage(string name, IReadOnlyList<long> shape, TensorStorage storage)
    : WrittenTensor(name, TensorTypes.Of(storage.DType), shape, storage.Length)
{
    public override void Read(long offset, Span<byte> destination) => storage.ReadStored(offset, destination);
}
