using System.Text.RegularExpressions;
using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>The C# of the README and the other pages stands in the folder beside this file, where it is compiled and run with the usings
/// that the README names; every block must be found there.</summary>
internal sealed partial class ReadmeTests
{
    private static IEnumerable<string> Resources => typeof(ReadmeTests).Assembly.GetManifestResourceNames();

    private static IEnumerable<string> CompiledFiles => Resources.Where(name => name.EndsWith(".cs", StringComparison.Ordinal));

    /// <summary>Those of the library itself: an integration's have the usings of what it integrates.</summary>
    private static IEnumerable<string> SnippetFiles =>
        CompiledFiles.Where(name => !name.StartsWith("integrations/", StringComparison.Ordinal));

    private static IEnumerable<TestCaseData> Blocks =>
        from page in Resources.Where(name => name.EndsWith(".md", StringComparison.Ordinal))
        from block in CSharpBlock().Matches(Resource(page)).Index()
        select new TestCaseData(Normalized(block.Item.Groups[1].Value)).SetArgDisplayNames($"{page}, block {block.Index + 1}");

    [TestCaseSource(nameof(Blocks))]
    public void Every_block_of_the_pages_is_compiled(string block)
    {
        string compiled = Normalized(string.Concat(CompiledFiles.Select(Resource)));
        Assert.That(compiled, Does.Contain(block));
    }

    [Test]
    public void There_are_blocks() => Assert.That(Blocks.Count(), Is.GreaterThanOrEqualTo(5));

    [TestCaseSource(nameof(SnippetFiles))]
    public void Snippets_need_no_usings_but_those_that_the_readme_names(string file)
    {
        // The first of them is enough for whoever writes no rule.
        string[] named = [.. NamedUsing().Matches(Resource("README.md")).Select(match => match.Groups[1].Value)];
        Assert.That(named, Is.EqualTo((string[])["Optimi", "Optimi.Kernels", "System.Runtime.CompilerServices"]));
        string text = Resource(file);
        string[] used = [.. Using().Matches(text).Select(match => match.Groups[1].Value)];
        Assert.That(used, Is.SubsetOf(text.Contains(nameof(ScalarLane), StringComparison.Ordinal) ? named : named[..1]));
        Assert.That(text, Does.Contain("\nnamespace Snippets;\n"));
    }

    internal static string Resource(string name)
    {
        using Stream stream = typeof(ReadmeTests).Assembly.GetManifestResourceStream(name)!;
        return new StreamReader(stream).ReadToEnd();
    }

    private static string Normalized(string code) => WhiteSpace().Replace(code, " ").Trim();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex("`using ([\\w.]+);`")]
    private static partial Regex NamedUsing();

    [GeneratedRegex("^using ([\\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex("\\s+")]
    private static partial Regex WhiteSpace();
}
