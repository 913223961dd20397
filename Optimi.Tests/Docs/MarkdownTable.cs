namespace Optimi.Tests;

/// <summary>A table of a page.</summary>
internal static class MarkdownTable
{
    /// <summary>The cells of the rows below a heading and its rule.</summary>
    /// <param name="page">The page's file.</param>
    /// <param name="heading">What the line of the heading begins with.</param>
    public static IEnumerable<string[]> Rows(string page, string heading) =>
        from line in ReadmeTests.Resource(page).Split('\n')
            .SkipWhile(line => !line.StartsWith(heading, StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
        select line.Trim('|').Split('|', StringSplitOptions.TrimEntries);

    /// <summary>The optimizers that a row is for.</summary>
    public static string[] Names(string[] row) =>
        row[0].Replace("`", "", StringComparison.Ordinal).ToLowerInvariant().Split(", ");
}
