using System.Globalization;

namespace Optimi.Tests;

/// <summary>The bytes on the page on low precision are the plan's.</summary>
internal sealed class LowPrecisionPageTests
{
    private const string Page = "low-precision.md";

    /// <summary>The table's columns.</summary>
    private static readonly Precision[] _columns =
        [Precision.Mixed, Precision.MasterWeights, Precision.Kahan, Precision.Compressed, Precision.Smallest];

    private static string[][] OfOptimizers { get; } = [.. MarkdownTable.Rows(Page, "| optimizer | `Mixed` |")];

    [TestCaseSource(typeof(TestOptimizer), nameof(TestOptimizer.All))]
    public void Every_optimizer_has_its_row(TestOptimizer optimizer)
    {
        string[] row = OfOptimizers.Single(row => MarkdownTable.Names(row).Contains(optimizer.Name));
        Assert.That(row[1..], Is.EqualTo(_columns.Select(precision => Bytes(optimizer, precision))));
    }

    [Test]
    public void There_are_no_other_rows() => Assert.That(
        OfOptimizers.SelectMany(MarkdownTable.Names), Is.EquivalentTo(TestOptimizer.All.Select(optimizer => optimizer.Name)));

    [Test]
    public void Every_precision_is_one_to_choose()
    {
        string[][] rows = [.. MarkdownTable.Rows(Page, "| you want |")];
        TestOptimizer[] optimizers = [.. ((string[])["adamw", "lion"]).Select(name => TestOptimizer.All.Single(row => row.Name == name))];
        Assert.Multiple(() =>
        {
            Assert.That(rows, Has.Length.EqualTo(_columns.Length));
            Assert.That(_columns, Is.EquivalentTo(Enum.GetValues<Precision>()));
            foreach (Precision precision in _columns)
            {
                string[] row = rows.Single(row => row[1].StartsWith($"`{precision}`", StringComparison.Ordinal));
                Assert.That(row[2..], Is.EqualTo(optimizers.Select(optimizer => Bytes(optimizer, precision))));
            }
        });
    }

    private static string Bytes(TestOptimizer optimizer, Precision precision)
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device, GradientMemory.None);
        // Whole tiles, so that nothing is padding.
        parameters.Add("p", DType.BFloat16, 4, Kernels.Tile.Length);
        MemoryPlan plan = MemoryPlan.For(parameters, optimizer.Options.With(precision));
        return ((double)(plan.TotalBytes - plan.ScratchBytes) / plan.Length).ToString(CultureInfo.InvariantCulture);
    }
}
