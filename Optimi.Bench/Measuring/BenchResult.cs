namespace Optimi.Bench;

/// <summary>What was measured of a variant.</summary>
internal sealed record BenchResult(
    string Scenario,
    string Optimizer,
    DType Dtype,
    bool Kahan,
    string Device,
    double MparamsPerSecond,
    double GbPerSecond,
    double? LimitRatio,
    double? LimitToCopyRatio,
    double Launches,
    double AllocatedBytes,
    double BytesPerParameter);
