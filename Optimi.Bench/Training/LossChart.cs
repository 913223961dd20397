using ScottPlot;
using SkiaSharp;

namespace Optimi.Bench;

/// <summary>Draws the loss curves.</summary>
internal static class LossChart
{
    /// <summary>Without a font the chart would have no text at all; the system then still has a typeface, an empty one.</summary>
    public static bool CanDraw => SKTypeface.Default.ContainsGlyph('0');

    public static void Save(string path, IReadOnlyList<TrainingResult> results)
    {
        using var plot = new Plot();
        int window = Math.Max(1, results.Max(result => result.Steps) / 50);
        foreach (TrainingResult result in results)
        {
            // The curves that matter most lie on one another: a broad one below, a dashed one above.
            bool isReference = result.Dtype == DType.Float32;
            var curve = plot.Add.Signal(Smooth(result.Losses, window));
            curve.LegendText = string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"{result.Name}: {result.FinalLoss:0.000}");
            curve.LineWidth = isReference ? 5 : 2;
            curve.LinePattern = result.Kahan ? LinePattern.Dashed : LinePattern.Solid;
            curve.Color = isReference ? Colors.SkyBlue : result.Kahan ? Colors.DarkBlue : Colors.OrangeRed;
            curve.MarkerSize = 0;
        }

        plot.Title($"Training loss, mean over {window} steps (final loss in the legend)");
        plot.XLabel("step");
        plot.YLabel("nats a character");
        plot.Axes.SetLimitsY(0, results.SelectMany(result => Smooth(result.Losses, window).Skip(window)).DefaultIfEmpty(1).Max());
        plot.ShowLegend(Alignment.UpperRight);
        plot.SavePng(path, 1000, 600);
    }

    private static double[] Smooth(IReadOnlyList<double> losses, int window) =>
        [.. losses.Select((_, i) => losses.Skip(Math.Max(0, i - window + 1)).Take(Math.Min(window, i + 1)).Average())];
}
