using System.CommandLine;
using System.Globalization;

namespace Optimi.Bench;

/// <summary>
/// Reads numbers from option texts. The parser's own reader takes the comma in 0,001 for a thousands separator, and its error names a
/// .NET type.
/// </summary>
internal static class Numbers
{
    /// <summary>A whole number in digits alone, and a sign if it may be negative; null if the option is not given.</summary>
    /// <exception cref="OptionException">It is not that, or is below the least or above the most.</exception>
    public static int? Whole(ParseResult parsed, Option<string?> option, int least, int example, int most = int.MaxValue)
    {
        NumberStyles style = least < 0 ? NumberStyles.AllowLeadingSign : NumberStyles.None;
        return parsed.GetValue(option) switch
        {
            null => null,
            string text when int.TryParse(text, style, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most => value,
            string text => throw new OptionException(FormattableString.Invariant(
                $"{option.Name} is '{text}', but it must be a whole number from {least} to {most}")
                + FormattableString.Invariant($", without separators, such as {example}.")),
        };
    }

    /// <summary>A finite number above 0, with a point for decimals; null if the option is not given.</summary>
    /// <exception cref="OptionException">It is not that.</exception>
    public static double? Positive(ParseResult parsed, Option<string?> option, double example) => parsed.GetValue(option) switch
    {
        null => null,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && double.IsFinite(value) && value > 0 => value,
        string text => throw new OptionException(FormattableString.Invariant(
            $"{option.Name} is '{text}', but it must be a finite number above 0")
            + FormattableString.Invariant($", with a point for decimals, such as {example}.")),
    };

    /// <summary>A number that is at least 0 and below 1, with a point for decimals; null if the option is not given.</summary>
    /// <exception cref="OptionException">It is not that.</exception>
    public static double? Share(ParseResult parsed, Option<string?> option, double example) => parsed.GetValue(option) switch
    {
        null => null,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value is >= 0 and < 1 => value,
        string text => throw new OptionException(
            $"{option.Name} is '{text}', but it must be a number that is at least 0 and below 1, with a point for decimals, such as"
            + $" {Text(example)}."),
    };

    /// <summary>A number with a point for decimals.</summary>
    public static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
