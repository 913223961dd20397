using System.Buffers;

namespace Optimi;

/// <summary>Both moments of numbers, which a file stores one by one and memory in pairs. They are encoded once, to the nearest.</summary>
/// <param name="firsts">The first moments in the file.</param>
/// <param name="firstDivisor">What each of them is divided by.</param>
/// <param name="seconds">The second moments in the file.</param>
/// <param name="secondDivisor">What each of them is divided by.</param>
/// <param name="target">Where they go.</param>
/// <param name="spread">The spread of the parameter's next step.</param>
internal sealed class EncodedPair(
    StoredTensor firsts, double firstDivisor, StoredTensor seconds, double secondDivisor, StoredGroups target, int spread)
    : LoadedTensor(firsts.Length, StoredRuns.OfNumbers(firsts), StoredRuns.OfNumbers(seconds))
{
    public override void Write(long first, int count, ReadOnlySpan<byte> bytes)
    {
        int length = StoredGroups.LengthOf(count);
        float[] rented = ArrayPool<float>.Shared.Rent(2 * length);
        Span<float> m = rented.AsSpan(0, length);
        Span<float> v = rented.AsSpan(length, length);
        int firstBytes = count * TensorTypes.SizeOf(firsts.Type);
        Read(firsts, bytes[..firstBytes], firstDivisor, count, m);
        Read(seconds, bytes[firstBytes..], secondDivisor, count, v);
        target.EncodePair(first, m, v, spread);
        ArrayPool<float>.Shared.Return(rented);
    }

    private static void Read(StoredTensor source, ReadOnlySpan<byte> bytes, double divisor, int count, Span<float> moments)
    {
        double[] numbers = ArrayPool<double>.Shared.Rent(count);
        source.Widen(bytes, numbers.AsSpan(0, count));
        for (int i = 0; i < count; i++)
            moments[i] = (float)(numbers[i] / divisor);
        moments[count..].Clear();
        ArrayPool<double>.Shared.Return(numbers);
    }
}
