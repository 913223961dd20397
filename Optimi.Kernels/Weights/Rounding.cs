namespace Optimi.Kernels;

/// <summary>How a step rounds what it stores in few bits. Other storages round to the nearest.</summary>
/// <param name="Moments">The dither of second moments.</param>
/// <param name="Weights">The dither of weights.</param>
/// <param name="Spread">How far the second moments of a group lie apart, in units of their float32 bits, from which on they get one bit more
/// of the 16 of a pair; from four times as far on, two.</param>
internal readonly record struct Rounding(Dither Moments, Dither Weights, int Spread)
{
    /// <summary>To the nearest.</summary>
    public static Rounding Nearest { get; } = new(Dither.Nearest, Dither.Nearest, UsualSpread);

    /// <summary>The spread for averages of which nothing is known.</summary>
    private const int UsualSpread = 1 << 24;

    /// <summary>The greatest: 32 octaves, more than any group has.</summary>
    private const double MostSpread = 1 << 28;

    /// <summary>
    /// The spread at which the errors of both moments, each carried on by its average, are least together.
    /// </summary>
    /// <param name="first">The coefficient of the first moment's average in the step; null if it is not known.</param>
    /// <param name="second">That of the second moment's.</param>
    public static int SpreadOf(double? first, double? second) => first is double m && second is double v
        ? (int)Math.Floor(Math.Min((1 << 26) * Math.Sqrt((1 - (v * v)) / (1 - (m * m))), MostSpread))
        : UsualSpread;
}
