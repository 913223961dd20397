using System.Text.Json.Serialization;

namespace Optimi.Bench;

/// <summary>What was measured of a way of stepping beside its baseline.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="Way">The way's name.</param>
/// <param name="Optimizer">The optimizer's name.</param>
/// <param name="Dtype">The storage of parameters and gradients.</param>
/// <param name="Kahan">Whether there was a compensation.</param>
/// <param name="States">How states were stored.</param>
/// <param name="WeightBits">The bits of the weights; null for those of the parameters.</param>
/// <param name="Device">The device's name.</param>
/// <param name="Microseconds">A step over all parameters in this way, the median.</param>
/// <param name="BaselineMicroseconds">A step of the baseline, the median.</param>
/// <param name="Ratio">The former as a multiple of the latter, the median over rounds.</param>
/// <param name="Spread">The interquartile range of the ratio, as a share of its median.</param>
/// <param name="Calls">Calls of the library that a step over all takes.</param>
/// <param name="MicrosecondsPerCall">The step's time by the number of calls.</param>
/// <param name="MicrosecondsBeyondWork">What the step takes longer than the baseline, by the number of calls, the median; null of
/// a single call.</param>
/// <param name="Launches">Launches per step.</param>
/// <param name="AllocatedBytes">Bytes that a step allocates on the managed heap.</param>
/// <param name="Tensors">How many tensors there were.</param>
/// <param name="Parameters">How many parameters there were.</param>
internal sealed record ComparedResult(
    string Scenario,
    string Way,
    string Optimizer,
    DType Dtype,
    bool Kahan,
    StatesMode States,
    int? WeightBits,
    string Device,
    double Microseconds,
    double BaselineMicroseconds,
    double Ratio,
    double Spread,
    int Calls,
    double MicrosecondsPerCall,
    double? MicrosecondsBeyondWork,
    long Launches,
    double AllocatedBytes,
    int Tensors,
    long Parameters)
{
    /// <summary>How parameters and states were stored.</summary>
    [JsonIgnore]
    public StorageMode Storage => new(Dtype, Kahan, States, WeightBits);
}
