using System.Buffers;

namespace Optimi;

/// <summary>A state that a file stores in groups, which have something in common.</summary>
/// <param name="runs">The tensors that it is made of.</param>
internal abstract class GroupSource(params IReadOnlyList<StoredRuns> runs) : NumberSource(runs)
{
    public override void Widen(ReadOnlySpan<byte> bytes, Span<double> numbers)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(StoredGroups.LengthOf(numbers.Length));
        Span<float> states = rented.AsSpan(0, StoredGroups.LengthOf(numbers.Length));
        Decode(bytes, numbers.Length, states);
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = states[i];
        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>Decodes some of the numbers.</summary>
    /// <param name="bytes">What was read of each tensor, one after the other.</param>
    /// <param name="count">How many numbers that is.</param>
    /// <param name="states">Where to put them: whole tiles.</param>
    protected abstract void Decode(ReadOnlySpan<byte> bytes, int count, Span<float> states);

    /// <summary>Some bytes in a rented array, filled up to whole tiles by zeros, which decode to zero.</summary>
    protected static byte[] Padded(ReadOnlySpan<byte> bytes, int length)
    {
        byte[] padded = ArrayPool<byte>.Shared.Rent(length);
        bytes.CopyTo(padded);
        padded.AsSpan(bytes.Length..length).Clear();
        return padded;
    }
}
