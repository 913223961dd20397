using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Optimi.Bench;

/// <summary>Runs plans and shows how they go: a live bar each on a terminal, plain lines elsewhere.</summary>
internal static class TrainingDisplay
{
    private const int PlainLines = 10;

    public static IReadOnlyList<TrainingResult> Run(
        IReadOnlyList<TrainingPlan> plans, Corpus corpus, CancellationToken cancellation)
    {
        var results = new List<TrainingResult>();
        if (Console.IsOutputRedirected)
        {
            foreach (TrainingPlan plan in plans)
                Add(plan, Plain(plan), Console.WriteLine);
            return results;
        }

        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                List<ProgressTask> tasks = [.. plans.Select(plan => progress.AddTask(plan.Name, autoStart: false, plan.Steps))];
                for (int i = 0; i < plans.Count; i++)
                {
                    tasks[i].StartTask();
                    Add(plans[i], Live(plans[i], tasks[i]), AnsiConsole.WriteLine);
                }
            });
        return results;

        void Add(TrainingPlan plan, Action<double> onStep, Action<string> write)
        {
            if (cancellation.IsCancellationRequested)
                return;
            TrainingResult result = Trainer.Run(
                plan, corpus, onStep, cancellation, memory => write($"{plan.Name,-12}  memory {memory}"));
            if (result.Steps > 0)
                results.Add(result);
        }
    }

    private static Action<double> Live(TrainingPlan plan, ProgressTask task)
    {
        var watch = Stopwatch.StartNew();
        double smooth = double.NaN;
        return loss =>
        {
            smooth = double.IsNaN(smooth) ? loss : smooth + (0.05 * (loss - smooth));
            task.Increment(1);
            task.Description = Text(plan, smooth, task.Value / watch.Elapsed.TotalSeconds);
        };
    }

    private static Action<double> Plain(TrainingPlan plan)
    {
        var watch = Stopwatch.StartNew();
        int every = Math.Max(1, plan.Steps / PlainLines);
        int step = 0;
        double sum = 0;
        return loss =>
        {
            sum += loss;
            if (++step % every != 0)
                return;
            Console.WriteLine($"{Text(plan, sum / every, step / watch.Elapsed.TotalSeconds)}  step {step} of {plan.Steps}");
            sum = 0;
        };
    }

    private static string Text(TrainingPlan plan, double loss, double speed) =>
        string.Create(CultureInfo.InvariantCulture, $"{plan.Name,-12}  loss {loss:0.000}  {speed,5:0} steps/s");
}
