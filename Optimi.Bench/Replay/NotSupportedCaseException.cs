namespace Optimi.Bench;

/// <summary>A case asks for something that Optimi does not have.</summary>
/// <param name="what">What it asks for.</param>
internal sealed class NotSupportedCaseException(string what) : Exception($"not supported: {what}");
