using System.Text.Json;

namespace Optimi.Bench;

/// <summary>A plan as a checkpoint keeps it: the options of <c>train</c> that decide about the weights, and their values as texts. The
/// device is none of them.</summary>
internal static class SavedPlan
{
    private const string Key = "train.plan";

    /// <summary>Writes a plan into what a checkpoint is saved with.</summary>
    public static void Save(Dictionary<string, string> metadata, TrainingPlan plan, Corpus corpus) =>
        metadata[Key] = JsonSerializer.Serialize(Options(plan, corpus));

    /// <summary>Checks that a checkpoint is one of a plan.</summary>
    /// <exception cref="TrainingException">It is of another one.</exception>
    /// <exception cref="FormatException">It is not <c>train</c>'s.</exception>
    /// <exception cref="JsonException">It is not <c>train</c>'s.</exception>
    public static void Check(string path, IReadOnlyDictionary<string, string> metadata, TrainingPlan plan, Corpus corpus)
    {
        if (!metadata.TryGetValue(Key, out string? json) || JsonSerializer.Deserialize<Dictionary<string, string>>(json) is not { } saved)
            throw new FormatException($"There is no '{Key}'.");
        foreach ((string option, string value) in Options(plan, corpus))
        {
            string before = saved.GetValueOrDefault(option, "unknown");
            if (before != value)
            {
                throw new TrainingException(
                    $"'{path}' was saved with {option} {before}, but now it is {value}; resume with the options that it was saved with.");
            }
        }
    }

    private static Dictionary<string, string> Options(TrainingPlan plan, Corpus corpus) => new()
    {
        ["--optimizer"] = plan.Optimizer,
        ["--dtype"] = Lower($"{plan.Storage.DType}"),
        ["--kahan"] = OnOff(plan.Storage.Kahan),
        ["--states"] = Lower($"{plan.Storage.States}"),
        ["--weights"] = Text(plan.Storage.WeightBits),
        ["--steps"] = Numbers.Text(plan.Steps),
        ["--lr"] = Numbers.Text(plan.Lr),
        ["--schedule"] = plan.Schedule,
        ["--seed"] = Numbers.Text(plan.Seed),
        ["--layers"] = Numbers.Text(plan.Layers),
        ["--width"] = Numbers.Text(plan.Width),
        ["--gradient-release"] = OnOff(plan.GradientRelease),
        ["--accumulate"] = Numbers.Text(plan.Accumulate),
        ["--ema"] = Text(plan.Ema),
        ["--clip"] = Text(plan.Clip),
        ["--loss-scale"] = plan.LossScaling?.ToString() ?? LossScaling.Off,
        ["--text"] = $"of SHA-256 {corpus.Sha256}",
    };

    private static string Text(double? number) => number is double value ? Numbers.Text(value) : "off";

    private static string OnOff(bool value) => value ? "on" : "off";

    private static string Lower(string text) => text.ToLowerInvariant();
}
