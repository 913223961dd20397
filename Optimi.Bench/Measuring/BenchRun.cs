using Spectre.Console;

namespace Optimi.Bench;

/// <summary>Measures a plan and shows how it goes: a live bar on a terminal, plain lines on the error stream elsewhere.</summary>
internal static class BenchRun
{
    /// <summary>Measures all, or until it is cancelled.</summary>
    /// <exception cref="WrongResultException">A result is wrong.</exception>
    public static IReadOnlyList<BenchResult> Run(BenchPlan plan, CancellationToken cancellation)
    {
        if (Console.IsOutputRedirected)
            return Measure(plan, Console.Error.WriteLine, () => { }, cancellation);

        IReadOnlyList<BenchResult> results = [];
        // The display's own refreshing would allocate, and take a core, while a step is measured.
        AnsiConsole.Progress().AutoRefresh(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                ProgressTask task = progress.AddTask("bench", maxValue: plan.Devices.Count * plan.Cases.Count * plan.Rounds);
                results = Measure(
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
        return results;
    }

    private static List<BenchResult> Measure(
        BenchPlan plan, Action<string> onCase, Action onRound, CancellationToken cancellation)
    {
        var results = new List<BenchResult>();
        using var check = new ResultCheck();
        foreach (string name in plan.Devices)
        {
            using ComputeDevice device = ComputeDevice.Open(name);
            foreach (BenchCase benchCase in plan.Cases)
            {
                if (cancellation.IsCancellationRequested)
                    return results;
                onCase($"{device.Name}: {benchCase}");
                results.Add(CaseBenchmark.Run(benchCase, device, plan.On(device.Kind), check, onRound));
            }
        }

        return results;
    }
}
