using System.CommandLine;
using ILGPU.Runtime;

namespace Optimi.Bench;

/// <summary><c>train</c>: the main job, a small language model on Optimi's own text.</summary>
internal static class TrainCommand
{
    private const int MinCharacters = 1000;

    private const int UsualSteps = 4000;

    private const int UsualSeed = 1;

    private const int UsualLayers = 2;

    private const int MostLayers = 1000;

    private const double ExampleEma = 0.999;

    private const double ExampleClip = 1;

    private const int UsualWidth = 320;

    private const int ExampleSaveEvery = 1000;

    /// <summary>The weights between two such layers are as many as one array can hold.</summary>
    private const int MostWidth = 46340;

    public static Command Create()
    {
        var text = new Option<string?>("--text")
        {
            Description = "A text file, or a folder of C# and Markdown files. Default: Optimi's repository, where that is, else its sources in this"
                + " program.",
        };
        var optimizer = new Option<string>("--optimizer")
        {
            Description = $"One of {string.Join(", ", TrainingOptimizers.All.Keys)}.",
            DefaultValueFactory = _ => "adamw",
        };
        var storages = new TrainStorages();
        var device = new Option<string>("--device") { Description = "The device.", DefaultValueFactory = _ => "cpu" };
        var steps = new Option<string?>("--steps") { Description = $"Steps of each training. Default: {UsualSteps}." };
        var lr = new Option<string?>("--lr") { Description = "The peak learning rate. Default: the optimizer's." };
        var schedule = new Option<string>("--schedule")
        {
            Description = $"How the learning rate goes from step to step: {string.Join(", ", TrainingSchedules.All.Keys)}.",
            DefaultValueFactory = _ => TrainingSchedules.Usual,
        };
        var layers = new Option<string?>("--layers") { Description = $"Hidden layers. Default: {UsualLayers}." };
        var width = new Option<string?>("--width") { Description = $"Outputs of each hidden layer. Default: {UsualWidth}." };
        var release = new Option<bool>("--gradient-release")
        {
            Description = "Step each layer in the backward pass, and keep no gradients.",
        };
        var accumulate = new Option<string?>("--accumulate")
        {
            Description = "Accumulate gradients into the optimizer's states, and update parameters in every so many steps. Default: 1.",
        };
        var ema = new Option<string?>("--ema")
        {
            Description = $"Average the weights with this decay, {Numbers.Text(ExampleEma)} for example, and show the averages' loss. Default: no average.",
        };
        var clip = new Option<string?>("--clip")
        {
            Description = "Clip gradients by this norm of all of them, and skip steps whose gradients are not finite. With gradient release"
                + " it is the norm of the step before that clips. Default: no clipping.",
        };
        var lossScale = new Option<string?>("--loss-scale")
        {
            Description = "What the loss is multiplied by, so that gradients do not vanish: a number, auto for a scale that halves when a"
                + " step is skipped and doubles when long none was, or off. Default: auto for float16 without gradient release, else off.",
        };
        var seed = new Option<string?>("--seed") { Description = $"Of initial values and batches. Default: {UsualSeed}." };
        var saveEvery = new Option<string?>("--save-every")
        {
            Description = "Save a checkpoint into the folder after every so many steps of a single run. Default: none.",
        };
        var resume = new Option<string?>("--resume") { Description = "Go on from a checkpoint, with the options that it was saved with." };
        var output = new Option<string>("--out")
        {
            Description = "The folder for loss.png, loss.csv, summary.json and checkpoints.",
            DefaultValueFactory = _ => Path.Combine("artifacts", "train"),
        };
        var noPlot = new Option<bool>("--no-plot") { Description = "Draw no chart." };
        optimizer.AcceptOnlyFromAmong([.. TrainingOptimizers.All.Keys]);
        schedule.AcceptOnlyFromAmong([.. TrainingSchedules.All.Keys]);
        var command = new Command("train", "Trains a character-level language model in float32 and in bf16 of several kinds, or in fp16.")
        {
            text, optimizer, device, layers, width, release, accumulate, ema, clip, lossScale, steps, lr, schedule, seed,
            saveEvery, resume, output, noPlot,
        };
        storages.AddTo(command);
        // On a thread of its own, so that Ctrl-C is heard while it runs.
        command.SetAction((parsed, cancellation) => Task.Run(() => Guarded(() =>
        {
            string name = parsed.GetValue(optimizer)!;
            double usualLr = TrainingOptimizers.All[name].Lr;
            int count = Numbers.Whole(parsed, steps, least: 1, UsualSteps) ?? UsualSteps;
            double peak = Numbers.Positive(parsed, lr, usualLr) ?? usualLr;
            int start = Numbers.Whole(parsed, seed, int.MinValue, UsualSeed) ?? UsualSeed;
            int depth = Numbers.Whole(parsed, layers, least: 1, UsualLayers, MostLayers) ?? UsualLayers;
            int outputs = Numbers.Whole(parsed, width, least: 1, UsualWidth, MostWidth) ?? UsualWidth;
            int every = Numbers.Whole(parsed, accumulate, least: 1, 1) ?? 1;
            double? decay = Numbers.Share(parsed, ema, ExampleEma);
            double? norm = Numbers.Positive(parsed, clip, ExampleClip);
            int? saved = Numbers.Whole(parsed, saveEvery, least: 1, ExampleSaveEvery);
            bool isReleasing = parsed.GetValue(release);
            IReadOnlyList<(string Name, StorageMode Storage)> runs = storages.Of(parsed);
            Corpus corpus = parsed.GetValue(text) is string path
                ? Corpus.Read(path, MinCharacters)
                : Corpus.Default(Environment.CurrentDirectory, MinCharacters);
            // All are read before the folder is made, so that what cannot be used leaves nothing behind.
            TrainingPlan[] plans =
            [
                .. runs.Select(run => new TrainingPlan(
                    run.Name, name, run.Storage, parsed.GetValue(device)!, count, peak, start, depth,
                    outputs, isReleasing, every, parsed.GetValue(schedule)!, decay, norm,
                    LossScaling.Read(parsed, lossScale, run.Storage.DType, isReleasing))),
            ];
            string folder = parsed.GetValue(output)!;
            if (string.IsNullOrWhiteSpace(folder))
                throw new TrainingException("--out is empty; it must name a folder.");
            TrainingCheckpoints? checkpoints = Checkpoints(plans, corpus, folder, saved, parsed.GetValue(resume));
            // Before the trainings, so that they are not done for nothing.
            Directory.CreateDirectory(folder);
            var report = new TrainingReport(folder, parsed.GetValue(noPlot));
            IReadOnlyList<TrainingResult> results = TrainingDisplay.Run(plans, corpus, checkpoints, cancellation);
            report.Write(results);
            return Judge(results, peak);
        })));
        return command;
    }

    /// <summary>The checkpoints of a single run; null if none are asked for.</summary>
    /// <exception cref="TrainingException">There are several runs, or the checkpoint to go on from is not this one's.</exception>
    private static TrainingCheckpoints? Checkpoints(TrainingPlan[] plans, Corpus corpus, string folder, int? every, string? resumed)
    {
        if (every is null && resumed is null)
            return null;
        return plans is [TrainingPlan plan]
            ? new TrainingCheckpoints(plan, corpus, folder, every, resumed)
            : throw new TrainingException(
                $"{(every is null ? "--resume" : "--save-every")} needs a single run, but there are {plans.Length}; name it by --dtype, --kahan, --states and --weights.");
    }

    /// <summary>Says which trainings diverged.</summary>
    private static int Judge(IReadOnlyList<TrainingResult> results, double lr)
    {
        TrainingResult[] diverged = [.. results.Where(result => result.Diverged)];
        foreach (TrainingResult result in diverged)
        {
            Console.Error.WriteLine(FormattableString.Invariant(
                $"{result.Name} diverged: at step {result.Steps} its loss was {result.Losses[^1]}, so its training ended there.")
                + FormattableString.Invariant($" Use an --lr below {lr}."));
        }

        return diverged.Length == 0 ? ExitCode.Success : ExitCode.Diverged;
    }

    private static int Guarded(Func<int> run)
    {
        try
        {
            return run();
        }
        catch (Exception error) when (error is TrainingException or OptimiException or AcceleratorException or IOException
            or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(error.Message);
            return ExitCode.UnusableInput;
        }
    }
}
