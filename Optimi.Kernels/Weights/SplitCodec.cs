namespace Optimi.Kernels;

/// <summary>Joins and splits weights outside of steps, in memory of the host.</summary>
/// <typeparam name="TWeights">How the weights are kept, such as <see cref="SplitWeights24"/>: in units of two numbers.</typeparam>
internal static unsafe class SplitCodec<TWeights>
    where TWeights : IWeights
{
    private const int NumbersPerUnit = 2;

    /// <summary>Joins values and what goes with them.</summary>
    /// <param name="values">The values as they are stored.</param>
    /// <param name="rest">What goes with them, as it is stored.</param>
    /// <param name="weights">Where the weights go.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Join(ReadOnlySpan<byte> values, ReadOnlySpan<byte> rest, Span<float> weights)
    {
        CheckLengths(values.Length, rest.Length, weights.Length);
        fixed (byte* v = values, r = rest)
        fixed (float* w = weights)
        {
            var pairs = (Pair<ScalarLane>*)w;
            int units = weights.Length / NumbersPerUnit;
            for (int unit = 0; unit < units; unit++)
                pairs[unit] = Load(v, r, unit);
            if (weights.Length % NumbersPerUnit == 0)
                return;
            // The last unit lacks its second number.
            uint value = 0;
            uint other = 0;
            values[(units * TWeights.ValueBytesPerUnit)..].CopyTo(new Span<byte>(&value, sizeof(uint)));
            rest[(units * TWeights.RestBytesPerUnit)..].CopyTo(new Span<byte>(&other, sizeof(uint)));
            weights[^1] = Load((byte*)&value, (byte*)&other, 0).Low.Value;
        }
    }

    /// <summary>Splits weights, rounded to the nearest.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="values">Where the values go.</param>
    /// <param name="rest">Where that goes which goes with them.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void Split(ReadOnlySpan<float> weights, Span<byte> values, Span<byte> rest)
    {
        CheckLengths(values.Length, rest.Length, weights.Length);
        fixed (byte* v = values, r = rest)
        fixed (float* w = weights)
        {
            var pairs = (Pair<ScalarLane>*)w;
            int units = weights.Length / NumbersPerUnit;
            for (int unit = 0; unit < units; unit++)
                Store(v, r, unit, pairs[unit]);
            if (weights.Length % NumbersPerUnit == 0)
                return;
            uint value;
            uint other;
            Store((byte*)&value, (byte*)&other, 0, new Pair<ScalarLane> { Low = (ScalarLane)weights[^1] });
            Span<byte> lastValue = values[(units * TWeights.ValueBytesPerUnit)..];
            Span<byte> lastRest = rest[(units * TWeights.RestBytesPerUnit)..];
            new Span<byte>(&value, lastValue.Length).CopyTo(lastValue);
            new Span<byte>(&other, lastRest.Length).CopyTo(lastRest);
        }
    }

    private static Pair<ScalarLane> Load(byte* values, byte* rest, int unit) =>
        TWeights.Load<ScalarLane, HostWords<ScalarLane>>(new((nint)values), new((nint)rest), unit);

    private static void Store(byte* values, byte* rest, int unit, Pair<ScalarLane> weights)
    {
        ScalarLane nearest = DitherScalars<ScalarLane>.Of(Dither.Nearest).Offset;
        var valueWords = new HostWords<ScalarLane>((nint)values);
        var restWords = new HostWords<ScalarLane>((nint)rest);
        var rounded = new Pair<ScalarLane>
        {
            Low = TWeights.Round(weights.Low, nearest),
            High = TWeights.Round(weights.High, nearest),
        };
        TWeights.Store(ref valueWords, ref restWords, unit, rounded);
    }

    private static void CheckLengths(int valueBytes, int restBytes, int numbers)
    {
        if (TWeights.NumbersPerUnit != NumbersPerUnit || valueBytes * NumbersPerUnit != numbers * TWeights.ValueBytesPerUnit
            || restBytes * NumbersPerUnit != numbers * TWeights.RestBytesPerUnit)
        {
            throw new ArgumentException(
                $"{numbers} weights, {valueBytes} bytes of values and {restBytes} bytes beside them do not fit each other; pass one of each for"
                + " every weight.");
        }
    }
}
