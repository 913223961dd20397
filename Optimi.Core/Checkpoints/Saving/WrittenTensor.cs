namespace Optimi;

/// <summary>A tensor that is about to be written.</summary>
/// <param name="name">Its name.</param>
/// <param name="type">The type of its numbers, by <see cref="TensorTypes"/>.</param>
/// <param name="shape">The extent of each dimension.</param>
/// <param name="length">How many numbers there are.</param>
internal abstract class WrittenTensor(string name, string type, IReadOnlyList<long> shape, long length)
{
    public string Name { get; } = name;

    public string Type { get; } = type;

    public IReadOnlyList<long> Shape { get; } = shape;

    /// <summary>How many bytes it takes.</summary>
    public long Bytes { get; } = length * TensorTypes.SizeOf(type);

    /// <summary>Gives some of the bytes.</summary>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="destination">Where to put them; both are whole numbers of the tensor's numbers.</param>
    public abstract void Read(long offset, Span<byte> destination);
}
