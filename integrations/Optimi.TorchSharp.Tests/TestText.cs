namespace FusedTests;

/// <summary>Texts of tests.</summary>
internal static class TestText
{
    /// <summary>The beginning of a text that may be pages long.</summary>
    public static string Shortened(string text) => text.Length <= 400 ? text : text[..400] + "...";
}
