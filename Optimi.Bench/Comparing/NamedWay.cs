namespace Optimi.Bench;

/// <summary>A way of stepping as a row of a comparison.</summary>
/// <param name="Name">What the results call it.</param>
/// <param name="Create">Makes it, for about a number of parameters.</param>
internal sealed record NamedWay(string Name, Func<ComputeDevice, Variant, int, IWorkload> Create);
