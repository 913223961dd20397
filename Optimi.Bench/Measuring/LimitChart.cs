using ScottPlot;

namespace Optimi.Bench;

/// <summary>Draws what share of the streaming limit steps reach, by optimizer and storage.</summary>
internal static class LimitChart
{
    /// <summary>Draws those that have a limit: those of the first scenario of the first device.</summary>
    public static void Save(string path, IReadOnlyList<BenchResult> results)
    {
        List<BenchResult> drawn =
        [
            .. results.Where(result => result.LimitRatio is not null)
                .GroupBy(result => (result.Device, result.Scenario)).FirstOrDefault() ?? Enumerable.Empty<BenchResult>(),
        ];
        if (drawn.Count == 0)
        {
            Console.Error.WriteLine("No chart: nothing was measured that has a limit.");
            return;
        }

        if (!LossChart.CanDraw)
        {
            Console.Error.WriteLine("No chart: the system has no font (on Debian, install fonts-dejavu-core).");
            return;
        }

        using var plot = new Plot();
        string[] optimizers = [.. drawn.Select(result => result.Optimizer).Distinct()];
        var storages = drawn.GroupBy(result => result.Storage).ToList();
        double width = 0.8 / storages.Count;
        foreach ((int place, IGrouping<StorageMode, BenchResult> storage) in storages.Index())
        {
            Color color = plot.Add.Palette.GetColor(place);
            var bars = plot.Add.Bars(storage.Select(result => new Bar
            {
                Position = Array.IndexOf(optimizers, result.Optimizer) + ((place - ((storages.Count - 1) / 2.0)) * width),
                Value = result.LimitRatio!.Value,
                Size = width,
                FillColor = color,
            }).ToArray());
            bars.LegendText = $"{storage.Key}";
        }

        plot.Add.HorizontalLine(1, color: Colors.Gray, pattern: LinePattern.Dashed);
        plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, optimizers.Length).Select(i => (double)i)], optimizers);
        plot.Axes.SetLimitsY(0, Math.Max(1.3, drawn.Max(result => result.LimitRatio!.Value) * 1.2));
        plot.Title($"Share of the memory's streaming limit: {drawn[0].Device}, {drawn[0].Scenario}");
        plot.YLabel("step / limit");
        plot.ShowLegend(Alignment.UpperRight, Orientation.Horizontal);
        plot.SavePng(path, 1000, 600);
    }
}
