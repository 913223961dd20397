using System.CommandLine;

namespace Optimi.Bench;

/// <summary><c>bench</c>: how near a step comes to the memory's limit.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var options = new BenchOptions();
        var json = new Option<string?>("--json") { Description = "Write the results to a file." };
        var chart = new Option<string?>("--chart") { Description = "Draw the shares of the limit to a PNG file." };
        var list = new Option<bool>("--list") { Description = "Name all that can be measured, and measure nothing." };
        var suites = new Option<string?>("--bdn")
        {
            Description = "Run BenchmarkDotNet's suites instead: those that match a pattern, or all.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var inProcess = new Option<bool>("--in-process") { Description = "Run suites in this process, for want of an SDK. Outside of the repository they do." };
        var command = new Command("bench", "Measures optimizer steps against the streaming limit of the same run.")
        {
            json, chart, list, suites, inProcess,
        };
        options.AddTo(command);
        // On a thread of its own, so that Ctrl-C is heard while it runs, and none of the pool's, which steps need.
        command.SetAction((parsed, cancellation) => Task.Factory.StartNew(
            () => Guarded(() =>
            {
                if (parsed.GetValue(list))
                    BenchList.Write();
                else if (parsed.GetResult(suites) is not null)
                    SuiteRunner.Run(parsed.GetValue(suites) ?? "*", parsed.GetValue(inProcess));
                else
                    Run(options.Plan(parsed), parsed.GetValue(json), parsed.GetValue(chart), cancellation);
            }),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));
        return command;
    }

    /// <summary>Measures a plan, shows the results and writes them to files.</summary>
    public static void Run(BenchPlan plan, string? json, string? chart, CancellationToken cancellation)
    {
        // Before the measurements, so that they are not made for nothing; and an earlier chart must not pass for this one.
        foreach (string path in new[] { json, chart }.OfType<string>())
        {
            if (string.IsNullOrWhiteSpace(path))
                throw new BenchException("--json or --chart is empty; each must name a file.");
            File.WriteAllBytes(path, []);
            File.Delete(path);
        }

        BenchReport report = BenchRun.Run(plan, cancellation);
        BenchTable.Write(report.Results);
        ComparisonTable.Write(report.Comparisons);
        if (json is not null)
            File.WriteAllText(json, Json.Write(report.Rows));
        if (chart is not null)
            LimitChart.Save(chart, report.Results);
    }

    /// <summary>Runs, and says what went wrong.</summary>
    public static int Guarded(Action run)
    {
        try
        {
            run();
            return ExitCode.Success;
        }
        catch (Exception error) when (error is WrongResultException or BenchmarksNotRunException)
        {
            Console.Error.WriteLine(error.Message);
            return ExitCode.Failure;
        }
        catch (Exception error) when (error is BenchException or OptimiException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(error.Message);
            return ExitCode.UnusableInput;
        }
    }
}
