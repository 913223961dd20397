using System.Buffers;

namespace Optimi;

/// <summary>Numbers that a file stores one by one.</summary>
/// <param name="source">The numbers.</param>
/// <param name="added">What is added to each, such as a compensation; null for nothing.</param>
internal sealed class PlainSource(StoredTensor source, StoredTensor? added = null)
    : NumberSource(added is null ? [StoredRuns.OfNumbers(source)] : [StoredRuns.OfNumbers(source), StoredRuns.OfNumbers(added)])
{
    public override void Widen(ReadOnlySpan<byte> bytes, Span<double> numbers)
    {
        source.Widen(PartOf(0, bytes, numbers.Length), numbers);
        if (added is null)
            return;
        double[] rented = ArrayPool<double>.Shared.Rent(numbers.Length);
        Span<double> others = rented.AsSpan(0, numbers.Length);
        added.Widen(PartOf(1, bytes, numbers.Length), others);
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] += others[i];
        ArrayPool<double>.Shared.Return(rented);
    }
}
