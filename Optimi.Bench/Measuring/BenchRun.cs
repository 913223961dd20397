using Spectre.Console;

namespace Optimi.Bench;

/// <summary>Measures a plan and shows how it goes: a live bar on a terminal, plain lines on the error stream elsewhere.</summary>
internal static class BenchRun
{
    /// <summary>Measures all, or until it is cancelled.</summary>
    /// <exception cref="WrongResultException">A result is wrong.</exception>
    public static BenchReport Run(BenchPlan plan, CancellationToken cancellation)
    {
        if (Console.IsOutputRedirected)
            return Measure(plan, Console.Error.WriteLine, () => { }, cancellation);

        BenchReport report = new([], []);
        // The display's own refreshing would allocate, and take a core, while a step is measured.
        AnsiConsole.Progress().AutoRefresh(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                int cases = plan.Cases.Count + plan.Comparisons.Count;
                ProgressTask task = progress.AddTask("bench", maxValue: plan.Devices.Count * cases * plan.Rounds);
                report = Measure(
                    plan,
                    text =>
                    {
                        task.Description = Markup.Escape(text);
                        progress.Refresh();
                    },
                    () =>
                    {
                        task.Increment(1);
                        progress.Refresh();
                    },
                    cancellation);
            });
        return report;
    }

    private static BenchReport Measure(
        BenchPlan plan, Action<string> onCase, Action onRound, CancellationToken cancellation)
    {
        var results = new List<BenchResult>();
        var comparisons = new List<ComparedResult>();
        var report = new BenchReport(results, comparisons);
        using var check = new ResultCheck();
        foreach (string name in plan.Devices)
        {
            using ComputeDevice device = ComputeDevice.Open(name);
            foreach (BenchCase benchCase in plan.Cases)
            {
                if (cancellation.IsCancellationRequested)
                    return report;
                onCase($"{device.Name}: {benchCase}");
                results.Add(CaseBenchmark.Run(benchCase, device, plan.On(device.Kind), check, onRound));
            }

            foreach (ComparedCase compared in plan.Comparisons)
            {
                if (cancellation.IsCancellationRequested)
                    return report;
                onCase($"{device.Name}: {compared}");
                comparisons.AddRange(ComparedBenchmark.Run(compared, device, plan.On(device.Kind), check, onRound));
            }
        }

        return report;
    }
}
