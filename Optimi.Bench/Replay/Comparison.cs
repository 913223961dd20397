namespace Optimi.Bench;

/// <summary>Compares what a device computed with the three references of a case.</summary>
internal static class Comparison
{
    /// <summary>The specification was executed with a multiply-add that rounds twice about once in 10⁹ times: one number in
    /// 10,000, or one, may be off by one unit in the last place.</summary>
    private const int NumbersForEachMiss = 10_000;

    /// <summary>The Python library computes in float32 in another order.</summary>
    private const double RelativeTolerance = 1e-5;

    private const double AbsoluteTolerance = 1e-6;

    private const double ShareOutsideTolerance = 0.0005;

    private const int AlwaysOutsideTolerance = 2;

    /// <summary>Low precision must be as near to float64 as the Python library is.</summary>
    private const double MaxRmsRatio = 1.02;

    /// <param name="golden">The case.</param>
    /// <param name="device">The device's name.</param>
    /// <param name="resultOf">What was computed: by name and parameter; null for what there is not.</param>
    /// <param name="storedOf">What is stored in few bits: by name and parameter; null for what there is not.</param>
    public static ReplayReport Compare(
        GoldenCase golden,
        string device,
        Func<string, int, TensorStorage?> resultOf,
        Func<string, int, StoredPart?> storedOf)
    {
        int elements = 0;
        int differ = 0;
        long maxUlp = 0;
        var reasons = new List<string>();
        var results = new Dictionary<(string Name, int Parameter), float[]>();
        foreach ((string name, int parameter, CaseTensor expected) in golden.Results("spec"))
        {
            if (resultOf(name, parameter) is not TensorStorage storage)
            {
                reasons.Add($"there is no {name}.{parameter}");
                continue;
            }

            if (storage.DType != expected.StorageType)
            {
                reasons.Add($"{name}.{parameter} is stored as {storage.DType}, not as {expected.Type}");
                continue;
            }

            var actual = new float[expected.Length];
            storage.CopyTo(actual);
            results.Add((name, parameter), actual);
            elements += expected.Length;
            for (int i = 0; i < actual.Length; i++)
            {
                long ulp = Ulps(actual[i], (float)expected[i], storage.DType);
                differ += ulp == 0 ? 0 : 1;
                maxUlp = Math.Max(maxUlp, ulp);
            }
        }

        foreach ((string name, int parameter, CaseTensor expected) in golden.Results("stored"))
        {
            if (storedOf(name, parameter) is not StoredPart part)
            {
                reasons.Add($"there is no {name}.{parameter} in few bits");
                continue;
            }

            if (part.Type != expected.Type || !part.Shape.SequenceEqual([.. expected.Shape.Select(extent => (long)extent)]))
            {
                reasons.Add($"{name}.{parameter} is stored as {part.Type} in another shape, not as {expected.Type}");
                continue;
            }

            elements += expected.Length;
            differ += StoredNumbers.Of(part).Zip(expected.Numbers).Count(pair => pair.First != pair.Second);
        }

        if (elements == 0)
            reasons.Add("nothing to compare");
        if (differ > Math.Max(1, elements / NumbersForEachMiss) || maxUlp > 1)
            reasons.Add($"{differ} numbers differ from the specification, by up to {maxUlp} ulp");
        bool isFloat32 = golden.DType == "float32";
        // Compressed states are never so near to float64.
        if (isFloat32 && !golden.IsStoredInFewBits && OutsideTolerance(golden, results) is int outside and > 0)
            reasons.Add($"{outside} numbers are outside the tolerance of {(golden.HasPython ? "the Python library's" : "float64's")}");
        double rms = Rms(golden, (i, j) => results.GetValueOrDefault(("param", i))?[j] ?? double.NaN);
        double? ratio = isFloat32 || !golden.HasPython ? null : Ratio(rms, Rms(golden, ReferenceParameters(golden, "torch")));
        if (ratio is double value && !(value <= MaxRmsRatio))
            reasons.Add(FormattableString.Invariant($"the RMS distance to float64 is {value:0.000} times the Python library's"));
        return new ReplayReport(
            golden.Name,
            device,
            elements,
            differ,
            maxUlp,
            ratio,
            reasons.Count == 0,
            reasons.Count == 0 ? null : string.Join("; ", reasons))
        {
            Rms = rms,
        };
    }

    /// <summary>Units in the last place between two numbers of a storage type; NaNs are equal to each other.</summary>
    public static long Ulps(float left, float right, DType dtype)
    {
        if (float.IsNaN(left) || float.IsNaN(right))
            return float.IsNaN(left) && float.IsNaN(right) ? 0 : long.MaxValue;
        if (left.Equals(right) && float.IsNegative(left) != float.IsNegative(right))
            return 1;
        return Math.Abs(Ordered(left, dtype) - Ordered(right, dtype));
    }

    private static long Ordered(float number, DType dtype)
    {
        long magnitude = dtype switch
        {
            DType.Float32 => BitConverter.SingleToInt32Bits(number) & int.MaxValue,
            DType.BFloat16 => ((BFloat16)number).Bits & short.MaxValue,
            _ => BitConverter.HalfToInt16Bits((Half)number) & short.MaxValue,
        };
        return float.IsNegative(number) ? -magnitude : magnitude;
    }

    /// <summary>How many numbers are too far from the Python library's, or without those from float64's, if there are more than may
    /// be.</summary>
    private static int OutsideTolerance(GoldenCase golden, Dictionary<(string Name, int Parameter), float[]> results)
    {
        int compared = 0;
        int outside = 0;
        foreach ((string name, int parameter, CaseTensor expected) in golden.Results(golden.HasPython ? "torch" : "f64"))
        {
            if (!results.TryGetValue((name, parameter), out float[]? actual))
                continue;
            compared += actual.Length;
            outside += actual.Where((number, i) => !IsWithinTolerance(Distance(number, expected[i]), expected[i])).Count();
        }

        return outside > Math.Max(AlwaysOutsideTolerance, compared * ShareOutsideTolerance) ? outside : 0;
    }

    /// <summary>Relative to an infinity or a NaN everything would be near, or nothing: those must be equal.</summary>
    private static bool IsWithinTolerance(double distance, double expected) => distance == 0
        || (double.IsFinite(distance) && distance <= AbsoluteTolerance + (RelativeTolerance * Math.Abs(expected)));

    private static Func<int, int, double> ReferenceParameters(GoldenCase golden, string reference)
    {
        Dictionary<int, CaseTensor> parameters = golden.Results(reference)
            .Where(result => result.Name == "param").ToDictionary(result => result.Parameter, result => result.Tensor);
        return (i, j) => parameters.TryGetValue(i, out CaseTensor? tensor) ? tensor[j] : double.NaN;
    }

    private static double Rms(GoldenCase golden, Func<int, int, double> parameter)
    {
        Func<int, int, double> exact = ReferenceParameters(golden, "f64");
        double sum = 0;
        int count = 0;
        for (int i = 0; i < golden.Initial.Count; i++)
        {
            for (int j = 0; j < golden.Initial[i].Length; j++, count++)
                sum += Math.Pow(Distance(parameter(i, j), exact(i, j)), 2);
        }

        return Math.Sqrt(sum / count);
    }

    /// <summary>NaNs and infinities of a sign are equal to each other; a NaN is infinitely far from every number.</summary>
    private static double Distance(double left, double right)
    {
        if (left.Equals(right))
            return 0;
        double distance = Math.Abs(left - right);
        return double.IsNaN(distance) ? double.PositiveInfinity : distance;
    }

    private static double Ratio(double ours, double theirs) => ours == theirs ? 1 : ours / theirs;
}
