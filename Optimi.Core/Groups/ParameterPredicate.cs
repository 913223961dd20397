namespace Optimi;

/// <summary>Says whether a parameter is meant, by its name and shape, which are known before the parameter is made.</summary>
/// <param name="name">The name.</param>
/// <param name="shape">The extent of each dimension.</param>
/// <returns>Whether it is.</returns>
public delegate bool ParameterPredicate(string name, ReadOnlySpan<int> shape);
