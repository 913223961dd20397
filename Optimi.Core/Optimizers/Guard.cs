using System.Globalization;

namespace Optimi;

/// <summary>The checks that options share.</summary>
internal static class Guard
{
    /// <summary>Up to here every whole number is a float64 number.</summary>
    public const long MostSteps = 1L << 53;

    private const string FiniteInFloat32 = "finite in float32, in which steps are computed (up to 3.4e38)";

    /// <summary>Checks that a number is not negative and, rounded to float32, finite.</summary>
    /// <exception cref="OptionException">It is not.</exception>
    public static void NotNegative(double value, string option)
    {
        if (!IsFinite(value) || value < 0)
            throw Outside(value, option, $"at least 0 and {FiniteInFloat32}");
    }

    /// <summary>Checks that a number is above zero and, rounded to float32, finite.</summary>
    /// <exception cref="OptionException">It is not.</exception>
    public static void Positive(double value, string option)
    {
        if (!IsFinite(value) || value <= 0)
            throw Outside(value, option, $"above 0 and {FiniteInFloat32}");
    }

    /// <summary>Checks that a number, rounded to float32, is above zero and finite.</summary>
    /// <exception cref="OptionException">It is not.</exception>
    public static void PositiveInFloat32(double value, string option)
    {
        Positive(value, option);
        if ((float)value == 0)
            throw Outside(value, option, "above 0 in float32, in which steps are computed (from 1.4e-45)");
    }

    /// <summary>Checks that a number is between two others.</summary>
    /// <exception cref="OptionException">It is not.</exception>
    public static void InRange(double value, double least, double most, string option)
    {
        if (!(value >= least && value <= most))
            throw Outside(value, option, FormattableString.Invariant($"at least {least} and at most {most}"));
    }

    /// <summary>Checks a number of steps.</summary>
    /// <exception cref="OptionException">It is negative, or larger than float64 can count.</exception>
    public static void StepCount(long value, string option)
    {
        if (value is < 0 or > MostSteps)
            throw new OptionException(FormattableString.Invariant($"{option} is {value}, but it must be at least 0 and at most 2^53."));
    }

    /// <summary>Checks the coefficient of a moving average.</summary>
    /// <exception cref="OptionException">It is below 0, or 1 or above.</exception>
    public static void MovingAverage(double value, string option)
    {
        if (!(value >= 0 && value < 1))
            throw Outside(value, option, "at least 0 and below 1");
    }

    private static bool IsFinite(double value) => float.IsFinite((float)value);

    private static OptionException Outside(double value, string option, string range) =>
        new($"{option} is {value.ToString(CultureInfo.InvariantCulture)}, but it must be {range}.");
}
