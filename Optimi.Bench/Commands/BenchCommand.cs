using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Optimi.Bench;

/// <summary><c>bench</c>: how near a step comes to the memory's limit.</summary>
internal static class BenchCommand
{
    /// <summary>More would take the simulation minutes.</summary>
    private const int SimulatedParameters = 200_000;

    public static Command Create()
    {
        var device = new Option<string>("--device")
        {
            Description = "Devices to measure, separated by commas, or all.",
            DefaultValueFactory = _ => "cpu",
        };
        var parameters = new Option<int>("--parameters")
        {
            Description = "Parameters of the tensor.",
            DefaultValueFactory = _ => 16_000_000,
        };
        var rounds = new Option<int>("--rounds")
        {
            Description = "Interleaved rounds of step and limit; the medians are shown.",
            DefaultValueFactory = _ => 15,
        };
        var optimizer = new Option<string?>("--optimizer") { Description = "Only this optimizer." };
        var json = new Option<FileInfo?>("--json") { Description = "Write the results to a file." };
        var command = new Command("bench", "Measures optimizer steps against the streaming limit of the same run.")
        {
            device, parameters, rounds, optimizer, json,
        };
        command.SetAction(parsed => Run(
            parsed.GetValue(device)!,
            parsed.GetValue(parameters),
            parsed.GetValue(rounds),
            parsed.GetValue(optimizer),
            parsed.GetValue(json)));
        return command;
    }

    private static int Run(string devices, int count, int rounds, string? optimizer, FileInfo? json)
    {
        List<BenchCase> cases = [.. BenchCase.All.Where(variant => optimizer is null || variant.Optimizer == optimizer)];
        if (cases.Count == 0 || count < Kernels.Tile.Length || rounds < 1)
        {
            Console.Error.WriteLine(
                $"Nothing to measure: optimizers are {string.Join(", ", BenchCase.All.Select(c => c.Optimizer).Distinct())};"
                + $" --parameters must be at least {Kernels.Tile.Length}, --rounds at least 1.");
            return ExitCode.UnusableInput;
        }

        var results = new List<BenchResult>();
        foreach (string name in DeviceNames.Resolve(devices))
        {
            using ComputeDevice device = ComputeDevice.Open(name);
            bool isSimulated = device.Kind == DeviceKind.Simulated;
            foreach (BenchCase variant in cases)
            {
                Console.Error.WriteLine($"{device.Name}: {variant}");
                results.Add(StepBenchmark.Run(
                    variant,
                    device,
                    isSimulated ? Math.Min(count, SimulatedParameters) : count,
                    isSimulated ? Math.Min(rounds, 3) : rounds));
            }
        }

        Show(results);
        if (json is not null)
            File.WriteAllText(json.FullName, Json.Write(results));
        return ExitCode.Success;
    }

    private static void Show(List<BenchResult> results)
    {
        var table = new Table().AddColumns(
            "device", "optimizer", "dtype", "Kahan", "Mparam/s", "GB/s", "of limit", "limit of copy", "launches", "B/step", "B/param");
        foreach (BenchResult result in results)
        {
            table.AddRow(
                result.Device,
                result.Optimizer,
                $"{result.Dtype}",
                result.Kahan ? "yes" : "no",
                Number(result.MparamsPerSecond, "0.#"),
                Number(result.GbPerSecond, "0.##"),
                Number(result.LimitRatio, "0.00"),
                Number(result.LimitToCopyRatio, "0.00"),
                Number(result.Launches, "0.#"),
                Number(result.AllocatedBytes, "0"),
                Number(result.BytesPerParameter, "0.#"));
        }

        Terminal.Create().Write(table);
    }

    private static string Number(double? value, string format) =>
        value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
