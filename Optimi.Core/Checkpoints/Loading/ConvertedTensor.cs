using System.Buffers;

namespace Optimi;

/// <summary>Numbers that memory stores otherwise than the file does. Each is computed in float64 and rounded once.</summary>
/// <param name="source">The numbers in the file.</param>
/// <param name="divisor">What each is divided by.</param>
/// <param name="target">Where they go.</param>
/// <param name="remainder">Where that goes which rounding took away; null for nowhere.</param>
internal sealed class ConvertedTensor(NumberSource source, double divisor, TensorStorage target, TensorStorage? remainder)
    : LoadedTensor(target.Length, source.Runs)
{
    public override void Write(long first, int count, ReadOnlySpan<byte> bytes)
    {
        double[] rented = ArrayPool<double>.Shared.Rent(2 * count);
        byte[] stored = ArrayPool<byte>.Shared.Rent(count * sizeof(float));
        Span<double> numbers = rented.AsSpan(0, count);
        Span<double> others = rented.AsSpan(count, count);
        source.Widen(bytes, numbers);
        if (divisor != 1)
        {
            foreach (ref double number in numbers)
                number /= divisor;
        }

        RoundedOnce.Write(numbers, target.DType, stored, others);
        target.WriteStored(first * target.DType.Bytes(), stored.AsSpan(0, count * target.DType.Bytes()));
        if (remainder is not null)
        {
            for (int i = 0; i < count; i++)
                others[i] = double.IsFinite(others[i]) ? numbers[i] - others[i] : 0;
            RoundedOnce.Write(others, remainder.DType, stored, numbers);
            remainder.WriteStored(first * remainder.DType.Bytes(), stored.AsSpan(0, count * remainder.DType.Bytes()));
        }

        ArrayPool<double>.Shared.Return(rented);
        ArrayPool<byte>.Shared.Return(stored);
    }
}
