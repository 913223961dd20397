using System.Globalization;
using System.Text;

namespace Optimi.Bench;

/// <summary>The distances to float64 of low-precision cases, ours and the Python library's, as a Markdown table.</summary>
internal static class AccuracyTable
{
    /// <param name="runs">Each case with its report; on one device, as all give the same bits.</param>
    public static string Markdown(IEnumerable<(GoldenCase Case, ReplayReport Report)> runs)
    {
        var text = new StringBuilder("| optimizer | storage | cases | Optimi | Python | ratio | of single cases |\n|---|---|---|---|---|---|---|\n");
        foreach (var row in runs.Where(run => run.Report.RmsRatio is not null)
            .GroupBy(run => (run.Case.Optimizer, run.Case.DType)).OrderBy(row => row.Key))
        {
            double ours = Rms(row.Select(run => run.Report.Rms!.Value));
            double theirs = Rms(row.Select(run => run.Report.Rms!.Value / run.Report.RmsRatio!.Value));
            text.Append(CultureInfo.InvariantCulture, $"| {row.Key.Optimizer} | {row.Key.DType} | {row.Count()} ")
                .Append(CultureInfo.InvariantCulture, $"| {ours:0.00e+00} | {theirs:0.00e+00} | {ours / theirs:0.000} ")
                .Append(CultureInfo.InvariantCulture, $"| {row.Min(run => run.Report.RmsRatio):0.000} to ")
                .Append(CultureInfo.InvariantCulture, $"{row.Max(run => run.Report.RmsRatio):0.000} |\n");
        }

        return text.ToString();
    }

    private static double Rms(IEnumerable<double> values) => Math.Sqrt(values.Average(value => value * value));
}
