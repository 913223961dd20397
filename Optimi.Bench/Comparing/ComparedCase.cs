namespace Optimi.Bench;

/// <summary>What to compare on a device.</summary>
/// <param name="Scenario">The ways and what they are compared with.</param>
/// <param name="Variant">The optimizer and the storage.</param>
internal sealed record ComparedCase(ComparedScenario Scenario, Variant Variant)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Scenario.Name}, {Variant}";
}
