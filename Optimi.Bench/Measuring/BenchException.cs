namespace Optimi.Bench;

/// <summary>A measurement that was asked for cannot be made.</summary>
/// <param name="message">The value, what is wrong with it, and what to do about it.</param>
internal sealed class BenchException(string message) : Exception(message);
