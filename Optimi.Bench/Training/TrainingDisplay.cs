using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Optimi.Bench;

/// <summary>Runs plans and shows how they go: a live bar each on a terminal, plain lines elsewhere.</summary>
internal static class TrainingDisplay
{
    private const int PlainLines = 10;

    /// <param name="plans">The plans.</param>
    /// <param name="corpus">The text.</param>
    /// <param name="checkpoints">The checkpoints, if there is a single plan; null for none.</param>
    /// <param name="cancellation">Ends the training that is under way, and starts no other.</param>
    public static IReadOnlyList<TrainingResult> Run(
        IReadOnlyList<TrainingPlan> plans, Corpus corpus, TrainingCheckpoints? checkpoints, CancellationToken cancellation)
    {
        int stepsBefore = checkpoints?.StepsBefore ?? 0;
        var results = new List<TrainingResult>();
        if (Console.IsOutputRedirected)
        {
            foreach (TrainingPlan plan in plans)
                Add(plan, Plain(plan, stepsBefore), Console.WriteLine);
            return results;
        }

        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                List<ProgressTask> tasks = [.. plans.Select(plan => progress.AddTask(plan.Name, autoStart: false, plan.Steps))];
                for (int i = 0; i < plans.Count; i++)
                {
                    tasks[i].Value = stepsBefore;
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
                plan, corpus, onStep, cancellation, memory => write($"{plan.Name,-12}  memory {memory}"), checkpoints);
            if (result.Steps > 0)
                results.Add(result);
        }
    }

    private static Action<double> Live(TrainingPlan plan, ProgressTask task)
    {
        var watch = Stopwatch.StartNew();
        double stepsBefore = task.Value;
        double smooth = double.NaN;
        return loss =>
        {
            smooth = double.IsNaN(smooth) ? loss : smooth + (0.05 * (loss - smooth));
            task.Increment(1);
            task.Description = Text(plan, smooth, (task.Value - stepsBefore) / watch.Elapsed.TotalSeconds);
        };
    }

    private static Action<double> Plain(TrainingPlan plan, int stepsBefore)
    {
        var watch = Stopwatch.StartNew();
        int every = Math.Max(1, plan.Steps / PlainLines);
        int step = stepsBefore;
        int summed = 0;
        double sum = 0;
        return loss =>
        {
            sum += loss;
            summed++;
            if (++step % every != 0)
                return;
            double speed = (step - stepsBefore) / watch.Elapsed.TotalSeconds;
            Console.WriteLine($"{Text(plan, sum / summed, speed)}  step {step} of {plan.Steps}");
            (sum, summed) = (0, 0);
        };
    }

    private static string Text(TrainingPlan plan, double loss, double speed) =>
        string.Create(CultureInfo.InvariantCulture, $"{plan.Name,-12}  loss {loss:0.000}  {speed,5:0} steps/s");
}
