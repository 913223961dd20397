namespace Optimi.Tests;

/// <summary>What statistics should be, in plain float64, from numbers and the updates that they should get.</summary>
internal static class StatisticsReference
{
    /// <summary>The Euclidean norm.</summary>
    public static double Norm(IEnumerable<double> numbers) => Math.Sqrt(numbers.Sum(number => number * number));

    /// <summary>How many updates are lost when the sum is rounded.</summary>
    public static int RoundedAway(IReadOnlyList<float> numbers, IReadOnlyList<double> updates, DType dtype) => numbers
        .Zip(updates)
        .Count(pair => pair.Second != 0 && Rounded(pair.First + pair.Second, dtype) == pair.First);

    /// <summary>The nearest number of a storage type, ties to even.</summary>
    private static double Rounded(double number, DType dtype)
    {
        (int bits, int least) = dtype switch
        {
            DType.Float32 => (23, -126),
            DType.BFloat16 => (7, -126),
            _ => (10, -14),
        };
        double ulp = number == 0 ? 1 : Math.ScaleB(1, Math.Max(Math.ILogB(number), least) - bits);
        return Math.Round(number / ulp, MidpointRounding.ToEven) * ulp;
    }
}
