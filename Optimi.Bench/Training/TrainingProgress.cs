using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;

namespace Optimi.Bench;

/// <summary>How far a training is: the losses of all its steps, and how long they took, here and before it was resumed.</summary>
internal sealed class TrainingProgress
{
    private const string LossesKey = "train.losses";

    private const string SecondsKey = "train.seconds";

    private const string OptimizerSecondsKey = "train.optimizer_seconds";

    private readonly List<double> _losses = [];

    private TimeSpan _before;

    private TimeSpan _beforeInOptimizer;

    /// <summary>The loss of each step.</summary>
    public IReadOnlyList<double> Losses => _losses;

    /// <summary>Runs while there are steps.</summary>
    public Stopwatch Watch { get; } = new();

    /// <summary>Runs while parameters are stepped.</summary>
    public Stopwatch InOptimizer { get; } = new();

    /// <summary>How long all steps took.</summary>
    public TimeSpan Elapsed => _before + Watch.Elapsed;

    /// <summary>How long the optimizer's part of them took.</summary>
    public TimeSpan ElapsedInOptimizer => _beforeInOptimizer + InOptimizer.Elapsed;

    /// <summary>The progress that a checkpoint was saved with.</summary>
    /// <exception cref="FormatException">It has none.</exception>
    public static TrainingProgress Of(IReadOnlyDictionary<string, string> metadata)
    {
        var progress = new TrainingProgress
        {
            _before = Time(metadata, SecondsKey),
            _beforeInOptimizer = Time(metadata, OptimizerSecondsKey),
        };
        byte[] bytes = Convert.FromBase64String(Text(metadata, LossesKey));
        for (int at = 0; at + sizeof(double) <= bytes.Length; at += sizeof(double))
            progress.Add(BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(at)));
        return progress;
    }

    /// <summary>Adds the loss of a step.</summary>
    public void Add(double loss) => _losses.Add(loss);

    /// <summary>Writes it into what a checkpoint is saved with.</summary>
    public void Save(Dictionary<string, string> metadata)
    {
        byte[] bytes = new byte[_losses.Count * sizeof(double)];
        for (int step = 0; step < _losses.Count; step++)
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(step * sizeof(double)), _losses[step]);
        metadata[LossesKey] = Convert.ToBase64String(bytes);
        metadata[SecondsKey] = Numbers.Text(Elapsed.TotalSeconds);
        metadata[OptimizerSecondsKey] = Numbers.Text(ElapsedInOptimizer.TotalSeconds);
    }

    private static string Text(IReadOnlyDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out string? text) ? text : throw new FormatException($"There is no '{key}'.");

    private static TimeSpan Time(IReadOnlyDictionary<string, string> metadata, string key)
    {
        double seconds = double.Parse(Text(metadata, key), NumberStyles.Float, CultureInfo.InvariantCulture);
        return seconds >= 0 && seconds < TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"'{key}' is no time.");
    }
}
