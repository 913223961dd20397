using System.Text.Json.Serialization;

namespace Optimi.Bench;

/// <summary>What was measured of a variant in a scenario; null where there is nothing to compare with.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="Optimizer">The optimizer's name.</param>
/// <param name="Dtype">The storage of parameters and gradients.</param>
/// <param name="Kahan">Whether there was a compensation.</param>
/// <param name="States">How states were stored.</param>
/// <param name="WeightBits">The bits of the weights; null for those of the parameters.</param>
/// <param name="Device">The device's name.</param>
/// <param name="MparamsPerSecond">Million parameters per second, by the median step.</param>
/// <param name="GbPerSecond">10⁹ bytes per second, by what the rule must move.</param>
/// <param name="LimitRatio">The share of the streaming limit of the same rounds.</param>
/// <param name="Launches">Launches per step.</param>
/// <param name="AllocatedBytes">Bytes that a step allocates on the managed heap.</param>
/// <param name="BytesPerParameter">Memory of values, gradients and states.</param>
/// <param name="Spread">The interquartile range of the step's time, as a share of its median.</param>
/// <param name="LimitToCopyRatio">The limit's rate as a multiple of a memory copy's.</param>
/// <param name="BaselineRatio">The step's time as a multiple of the scenario's baseline.</param>
/// <param name="Parameters">How many parameters there were.</param>
/// <param name="MemoryPlan">The memory of one copy, as planned before it was allocated.</param>
internal sealed record BenchResult(
    string Scenario,
    string Optimizer,
    DType Dtype,
    bool Kahan,
    StatesMode States,
    int? WeightBits,
    string Device,
    double MparamsPerSecond,
    double GbPerSecond,
    double? LimitRatio,
    long Launches,
    double AllocatedBytes,
    double BytesPerParameter,
    double Spread,
    double? LimitToCopyRatio,
    double? BaselineRatio,
    long Parameters,
    MemoryPlan MemoryPlan)
{
    /// <summary>How parameters and states were stored.</summary>
    [JsonIgnore]
    public StorageMode Storage => new(Dtype, Kahan, States, WeightBits);
}
