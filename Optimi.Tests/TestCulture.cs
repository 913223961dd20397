using System.Globalization;

namespace Optimi.Tests;

/// <summary>Cultures that write numbers in other ways. They are made by hand, as a program without ICU knows the invariant one alone.</summary>
internal static class TestCulture
{
    /// <summary>A culture with separators and a minus sign of its own.</summary>
    public static CultureInfo Of(string decimals, string thousands)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = culture.NumberFormat.PercentDecimalSeparator = decimals;
        culture.NumberFormat.NumberGroupSeparator = culture.NumberFormat.PercentGroupSeparator = thousands;
        culture.NumberFormat.NegativeSign = "\u2212";
        return culture;
    }
}
