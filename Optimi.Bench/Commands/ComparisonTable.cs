using System.Globalization;
using Spectre.Console;

namespace Optimi.Bench;

/// <summary>The comparisons of <c>bench</c> as tables: one for each scenario on each device.</summary>
internal static class ComparisonTable
{
    private static readonly string[] _numbers =
        ["µs/step", "beside", "ratio", "±", "calls", "µs/call", "beyond work", "launches", "B/step"];

    public static void Write(IReadOnlyList<ComparedResult> results)
    {
        IAnsiConsole console = Terminal.Create();
        foreach (var part in results.GroupBy(result => (result.Device, result.Scenario)))
            console.Write(Of(part.Key.Device, part.Key.Scenario, [.. part]));
    }

    private static Table Of(string device, string scenario, IReadOnlyList<ComparedResult> results)
    {
        Table table = new Table { Border = TableBorder.Rounded }
            .Title(Markup.Escape($"{device}, {scenario}: {ComparedScenario.All.First(item => item.Name == scenario).Description}"))
            .AddColumns("optimizer", "storage", "way");
        foreach (string name in _numbers)
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (ComparedResult result in results)
        {
            table.AddRow(
                result.Optimizer,
                $"{result.Storage}",
                Markup.Escape(result.Way),
                Number(result.Microseconds, "#,0.0"),
                Number(result.BaselineMicroseconds, "#,0.0"),
                Number(result.Ratio, "0.00"),
                Number(result.Spread, "0 %"),
                Number(result.Calls, "0"),
                Number(result.MicrosecondsPerCall, "#,0.00"),
                Number(result.MicrosecondsBeyondWork, "#,0.00"),
                Number(result.Launches, "0"),
                Number(result.AllocatedBytes, "0.##"));
        }

        return table;
    }

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
