namespace Optimi.Bench;

/// <summary>A checkpoint cannot be converted.</summary>
/// <param name="message">What is wrong and what to do about it.</param>
internal sealed class ConversionException(string message) : Exception(message);
