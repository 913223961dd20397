using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>A debiased moving average, written as the raw one that PyTorch keeps, in float32.</summary>
/// <param name="name">Its name.</param>
/// <param name="shape">The extent of each dimension.</param>
/// <param name="storage">The average.</param>
/// <param name="weight">What the raw average is of it: 1 - β^t.</param>
internal sealed class WrittenRawAverage(string name, IReadOnlyList<long> shape, TensorStorage storage, double weight)
    : WrittenTensor(name, TensorTypes.Float32, shape, storage.Length)
{
    public override void Read(long offset, Span<byte> destination)
    {
        Span<float> numbers = MemoryMarshal.Cast<byte, float>(destination);
        storage.ReadPart(offset / sizeof(float), numbers);
        foreach (ref float number in numbers)
            number = (float)(number * weight);
    }
}
