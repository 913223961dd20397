using System.Text.Json;
using System.Text.RegularExpressions;

namespace Optimi.Bench;

/// <summary>The checkpoints of one training: those that it saves, and the one that it goes on from.</summary>
internal sealed partial class TrainingCheckpoints
{
    private readonly TrainingPlan _plan;
    private readonly Corpus _corpus;
    private readonly string _folder;
    private readonly int? _every;
    private readonly string? _resumed;

    /// <param name="plan">What is trained.</param>
    /// <param name="corpus">The text.</param>
    /// <param name="folder">Where checkpoints are saved.</param>
    /// <param name="every">After every how many steps; null for never.</param>
    /// <param name="resumed">The checkpoint to go on from; null for none.</param>
    /// <exception cref="TrainingException">The checkpoint is of another plan, or not <c>train</c>'s.</exception>
    /// <exception cref="CheckpointException">The checkpoint cannot be read.</exception>
    public TrainingCheckpoints(TrainingPlan plan, Corpus corpus, string folder, int? every, string? resumed)
    {
        (_plan, _corpus, _folder, _every, _resumed) = (plan, corpus, folder, every, resumed);
        Progress = resumed is null ? new TrainingProgress() : Read(resumed);
        StepsBefore = Progress.Losses.Count;
    }

    /// <summary>How far the training is.</summary>
    public TrainingProgress Progress { get; }

    /// <summary>How many steps were made before it is resumed.</summary>
    public int StepsBefore { get; }

    /// <summary>Goes on from the checkpoint, if there is one. With gradient release the model is prepared before.</summary>
    /// <exception cref="CheckpointException">It cannot be loaded.</exception>
    public void Resume(Optimizer optimizer, LRScheduler schedule)
    {
        if (_resumed is not null)
            Checkpoint.Load(_resumed, new TrainingState(optimizer, schedule));
    }

    /// <summary>Saves a checkpoint if it is time for one.</summary>
    /// <exception cref="CheckpointException">It cannot be written.</exception>
    public void SaveIfDue(Optimizer optimizer, LRScheduler schedule)
    {
        int step = Progress.Losses.Count;
        if (step % _every != 0)
            return;
        var metadata = new Dictionary<string, string>();
        SavedPlan.Save(metadata, _plan, _corpus);
        Progress.Save(metadata);
        string name = Unfit().Replace(_plan.Name.ToLowerInvariant(), "-");
        Checkpoint.Save(
            Path.Combine(_folder, FormattableString.Invariant($"{name}-{step:D8}.safetensors")),
            new TrainingState(optimizer, schedule) { Metadata = metadata });
    }

    private TrainingProgress Read(string path)
    {
        IReadOnlyDictionary<string, string> metadata = Checkpoint.Describe(path).Metadata;
        try
        {
            SavedPlan.Check(path, metadata, _plan, _corpus);
            return TrainingProgress.Of(metadata);
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            throw new TrainingException($"'{path}' is no checkpoint that train saved: {error.Message}");
        }
    }

    /// <summary>What is not fit for the name of a file.</summary>
    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex Unfit();
}
