namespace Optimi;

/// <summary>A gradient that is there for one step.</summary>
/// <param name="Parameter">Its parameter.</param>
/// <param name="Place">Where it lies.</param>
internal readonly record struct PassingGradient(Parameter Parameter, MemoryPlace Place);
