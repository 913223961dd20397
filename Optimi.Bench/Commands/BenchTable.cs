using System.Globalization;
using Spectre.Console;

namespace Optimi.Bench;

/// <summary>The results of <c>bench</c> as tables: one for each scenario on each device.</summary>
internal static class BenchTable
{
    private const double Mebibyte = 1 << 20;

    public static void Write(IReadOnlyList<BenchResult> results)
    {
        IAnsiConsole console = Terminal.Create();
        foreach (var part in results.GroupBy(result => (result.Device, result.Scenario)))
            console.Write(Of(part.Key.Device, Scenario.All.First(scenario => scenario.Name == part.Key.Scenario), [.. part]));
    }

    private static Table Of(string device, Scenario scenario, IReadOnlyList<BenchResult> results)
    {
        string? compared = scenario.Baseline switch
        {
            Baseline.OneTensor => "of one tensor",
            Baseline.OneGroup => "of one group",
            _ => null,
        };
        Table table = new Table { Border = TableBorder.Rounded }
            .Title(Markup.Escape($"{device}, {scenario.Name}: {Number(results[0].Parameters, "#,0")} parameters"))
            .AddColumns("optimizer", "storage");
        string?[] numbers = ["Mparam/s", "±", "GB/s", "of limit", "limit of copy", compared, "launches", "B/step", "B/param", "plan MiB"];
        foreach (string? name in numbers)
        {
            if (name is not null)
                table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (BenchResult result in results)
            table.AddRow([.. Cells(result, compared is not null)]);
        return table;
    }

    private static IEnumerable<string> Cells(BenchResult result, bool isCompared) =>
    [
        result.Optimizer,
        $"{result.Storage}",
        Number(result.MparamsPerSecond, "#,0.0"),
        Number(result.Spread, "0 %"),
        Number(result.GbPerSecond, "0.00"),
        Number(result.LimitRatio, "0.00"),
        Number(result.LimitToCopyRatio, "0.00"),
        .. isCompared ? [Number(result.BaselineRatio, "0.00")] : Array.Empty<string>(),
        Number(result.Launches, "0"),
        Number(result.AllocatedBytes, "0.##"),
        Number(result.BytesPerParameter, "0.##"),
        Number(result.MemoryPlan.TotalBytes / Mebibyte, "#,0.00"),
    ];

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
