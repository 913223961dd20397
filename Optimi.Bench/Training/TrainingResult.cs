using System.Text.Json.Serialization;

namespace Optimi.Bench;

/// <summary>What a training came to. Losses are means over the first and the last 5 % of the steps.</summary>
internal sealed record TrainingResult(
    string Name,
    string Optimizer,
    DType Dtype,
    bool Kahan,
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
