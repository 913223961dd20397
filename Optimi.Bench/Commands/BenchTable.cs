using System.Globalization;
using Spectre.Console;

namespace Optimi.Bench;

/// <summary>The results of <c>bench</c> as a table.</summary>
internal static class BenchTable
{
    public static Table Of(IReadOnlyList<BenchResult> results)
    {
        Table table = new Table().AddColumns(
            "device", "scenario", "optimizer", "dtype", "Kahan", "Mparam/s", "±", "GB/s", "of limit", "limit of copy", "vs baseline",
            "launches", "B/step", "B/param");
        foreach (TableColumn column in table.Columns.Skip(5))
            column.RightAligned();
        foreach (BenchResult result in results)
        {
            table.AddRow(
                Markup.Escape(result.Device),
                result.Scenario,
                result.Optimizer,
                result.Dtype.ToString().ToLowerInvariant(),
                result.Kahan ? "yes" : "no",
                Number(result.MparamsPerSecond, "#,0.0"),
                Number(result.Spread, "0 %"),
                Number(result.GbPerSecond, "0.00"),
                Number(result.LimitRatio, "0.00"),
                Number(result.LimitToCopyRatio, "0.00"),
                Compared(result),
                Number(result.Launches, "0"),
                Number(result.AllocatedBytes, "0.##"),
                Number(result.BytesPerParameter, "0.##"));
        }

        return table;
    }

    private static string Compared(BenchResult result) => Scenario.All.First(scenario => scenario.Name == result.Scenario).Baseline switch
    {
        Baseline.OneTensor => $"{Number(result.BaselineRatio, "0.00")} of one tensor",
        Baseline.OneGroup => $"{Number(result.BaselineRatio, "0.00")} of one group",
        _ => "-",
    };

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
