namespace Optimi.Bench;

/// <summary>One walk through memory, by the names of what it reads and of what it reads and writes.</summary>
/// <param name="Read">What it only reads.</param>
/// <param name="Updated">What it reads and writes.</param>
internal sealed record TrafficPass(IReadOnlyList<string> Read, IReadOnlyList<string> Updated);
