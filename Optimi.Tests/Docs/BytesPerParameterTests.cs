using System.Globalization;

namespace Optimi.Tests;

/// <summary>The README's table of bytes per parameter is the plan's.</summary>
internal sealed class BytesPerParameterTests
{
    /// <summary>The table's columns.</summary>
    private static readonly (DType DType, bool Kahan, DType? States)[] _modes =
    [
        (DType.Float32, false, null),
        (DType.BFloat16, false, null),
        (DType.BFloat16, true, null),
        (DType.BFloat16, true, DType.Float32),
    ];

    private static string[][] Rows { get; } = [.. MarkdownTable.Rows("README.md", "| bytes per parameter |")];

    [TestCaseSource(typeof(TestOptimizer), nameof(TestOptimizer.All))]
    public void Every_optimizer_has_its_row(TestOptimizer optimizer)
    {
        string[] cells = Rows.Single(row => MarkdownTable.Names(row).Contains(optimizer.Name))[1..];
        using ComputeDevice device = ComputeDevice.Open("cpu");
        Assert.That(cells, Is.EqualTo(_modes.Select(mode =>
            $"{Bytes(device, optimizer, mode, GradientMemory.Kept)} ({Bytes(device, optimizer, mode, GradientMemory.None)})")));
    }

    [Test]
    public void There_are_no_other_rows() =>
        Assert.That(Rows.SelectMany(MarkdownTable.Names), Is.EquivalentTo(TestOptimizer.All.Select(optimizer => optimizer.Name)));

    /// <summary>What stays: without what is rented for a moment.</summary>
    private static string Bytes(
        ComputeDevice device, TestOptimizer optimizer, (DType DType, bool Kahan, DType? States) mode, GradientMemory gradients)
    {
        using var parameters = new ParameterBuffer(device, gradients);
        // Whole tiles, so that nothing is padding.
        parameters.Add("p", mode.DType, 4, Kernels.Tile.Length);
        MemoryPlan plan = MemoryPlan.For(parameters, optimizer.Options with { Kahan = mode.Kahan, StateDType = mode.States });
        return ((double)(plan.TotalBytes - plan.ScratchBytes) / plan.Length).ToString(CultureInfo.InvariantCulture);
    }
}
