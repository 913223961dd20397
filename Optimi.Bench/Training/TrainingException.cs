namespace Optimi.Bench;

/// <summary>A training that was asked for cannot be run.</summary>
/// <param name="message">What is wrong and what to do about it.</param>
internal sealed class TrainingException(string message) : Exception(message);
