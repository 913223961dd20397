using System.Buffers;

namespace Optimi;

/// <summary>Weights that a file stores as values and low bits.</summary>
/// <param name="values">The values.</param>
/// <param name="lowBits">The low bits.</param>
/// <param name="format">How they are split.</param>
/// <param name="isDifference">Whether only that is wanted which the low bits add to the values.</param>
internal sealed class SplitSource(StoredTensor values, StoredTensor lowBits, WeightFormat format, bool isDifference = false)
    : NumberSource(StoredRuns.OfNumbers(values), StoredRuns.OfNumbers(lowBits))
{
    public override void Widen(ReadOnlySpan<byte> bytes, Span<double> numbers)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(numbers.Length);
        Span<float> weights = rented.AsSpan(0, numbers.Length);
        ReadOnlySpan<byte> upper = PartOf(0, bytes, numbers.Length);
        format.Join(upper, PartOf(1, bytes, numbers.Length), weights);
        if (isDifference)
            values.Widen(upper, numbers);
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!isDifference)
                numbers[i] = weights[i];
            else
                numbers[i] = double.IsFinite(numbers[i]) ? weights[i] - numbers[i] : 0;
        }

        ArrayPool<float>.Shared.Return(rented);
    }
}
