using System.Text.Json.Serialization;

namespace Optimi.Bench;

/// <summary>What a training came to. Losses are means over the first and the last 5 % of the steps.</summary>
internal sealed record TrainingResult(
    string Name,
    string Optimizer,
    DType Dtype,
    bool Kahan,
    StatesMode States,
    int? WeightBits,
    string Device,
    bool GradientRelease,
    int Accumulate,
    string Schedule,
    long Parameters,
    int Steps,
    double FirstLoss,
    double FinalLoss,
    long WeightBytes,
    long GradientBytes,
    long PeakGradientBytes,
    long StateBytes,
    double OptimizerMsPerStep,
    double Seconds,
    string WeightsSha256,
    MemoryPlan MemoryPlan)
{
    /// <summary>The decay of the averages of the weights; null if there were none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Ema { get; init; }

    /// <summary>The loss of the averages at the end, over as many batches as the final loss but others; null if there were none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? AveragedLoss { get; init; }

    /// <summary>The largest norm of all gradients; null for any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Clip { get; init; }

    /// <summary>The scale of the loss at the end; null if it was not scaled.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? LossScale { get; init; }

    /// <summary>How many steps were skipped because gradients were not finite; with gradient release, how many parameters' steps.</summary>
    public long SkippedSteps { get; init; }

    /// <summary>Whether steps may be skipped at all.</summary>
    [JsonIgnore]
    public bool MaySkip => Clip is not null || LossScale is not null;

    /// <summary>The loss of each step.</summary>
    [JsonIgnore]
    public IReadOnlyList<double> Losses { get; init; } = [];

    /// <summary>Whether the last step's loss is no finite number.</summary>
    [JsonIgnore]
    public bool Diverged => Losses.Count > 0 && !double.IsFinite(Losses[^1]);

    /// <summary>The optimizer's share of a step's time.</summary>
    [JsonIgnore]
    public double OptimizerShare => OptimizerMsPerStep * Steps / 1000 / Seconds;
}
