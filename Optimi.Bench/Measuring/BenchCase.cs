namespace Optimi.Bench;

/// <summary>What to measure on a device.</summary>
/// <param name="Scenario">The tensors and groups.</param>
/// <param name="Variant">The optimizer and the storage.</param>
internal sealed record BenchCase(Scenario Scenario, Variant Variant)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Scenario.Name}, {Variant}";
}
