namespace Optimi;

/// <summary>A tensor of a file that says something of each number, or of each group of them, in turn.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="RunLength">Of how many numbers it says something at once: 1, or a group's length, which divides a tile's.</param>
/// <param name="RunBytes">How many bytes it says it in.</param>
internal readonly record struct StoredRuns(StoredTensor Tensor, int RunLength, int RunBytes)
{
    /// <summary>A tensor that has one number for each.</summary>
    public static StoredRuns OfNumbers(StoredTensor tensor) => new(tensor, 1, TensorTypes.SizeOf(tensor.Type));

    /// <summary>How many bytes there are of some numbers that begin a run.</summary>
    public long BytesOf(long numbers) => (numbers + RunLength - 1) / RunLength * RunBytes;

    /// <summary>Reads what there is of some numbers.</summary>
    /// <param name="first">The first one, which begins a run.</param>
    /// <param name="bytes">Where to put it: <see cref="BytesOf"/> the numbers.</param>
    public void Read(long first, Span<byte> bytes) => Tensor.Read(first / RunLength * RunBytes, bytes);
}
