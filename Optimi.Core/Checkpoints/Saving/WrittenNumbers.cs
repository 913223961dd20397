namespace Optimi;

/// <summary>A few numbers that are about to be written.</summary>
internal sealed class WrittenNumbers : WrittenTensor
{
    private readonly byte[] _bytes;

    private WrittenNumbers(string name, string type, IReadOnlyList<long> shape, byte[] bytes)
        : base(name, type, shape, bytes.Length / TensorTypes.SizeOf(type)) => _bytes = bytes;

    /// <summary>A whole number.</summary>
    public static WrittenNumbers Of(string name, long number) => new(name, TensorTypes.Int64, [], BitConverter.GetBytes(number));

    /// <summary>A number.</summary>
    public static WrittenNumbers Of(string name, double number) => new(name, TensorTypes.Float64, [], BitConverter.GetBytes(number));

    /// <summary>An option.</summary>
    public static WrittenNumbers Of(string name, OptionValue value) => value.Kind switch
    {
        OptionKind.Flag => new(name, TensorTypes.Boolean, [], [value.Numbers[0] != 0 ? (byte)1 : (byte)0]),
        OptionKind.Number => Of(name, value.Numbers[0]),
        _ => new(name, TensorTypes.Float64, [value.Numbers.Length], [.. value.Numbers.SelectMany(BitConverter.GetBytes)]),
    };

    public override void Read(long offset, Span<byte> destination) => _bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
}
