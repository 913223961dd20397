namespace Optimi.Bench;

/// <summary>How a case went on a device.</summary>
/// <param name="Case">The case's name.</param>
/// <param name="Device">The device's name.</param>
/// <param name="Elements">Numbers compared.</param>
/// <param name="Differ">How many of them are not what the specification says, to the last bit.</param>
/// <param name="MaxUlp">The largest difference, in units of the last place of the storage type.</param>
/// <param name="RmsRatio">The RMS distance of the parameters to float64 over that of the Python library; null for float32, and where it has
/// no results.</param>
/// <param name="Pass">Whether all criteria are met.</param>
/// <param name="Reason">Why not; null if they are.</param>
internal sealed record ReplayReport(
    string Case, string Device, int Elements, int Differ, long MaxUlp, double? RmsRatio, bool Pass, string? Reason)
{
    /// <summary>The RMS distance of the parameters to float64; null if nothing was computed.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double? Rms { get; init; }
}
