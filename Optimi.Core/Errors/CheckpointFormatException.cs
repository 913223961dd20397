namespace Optimi;

/// <summary>A file is damaged, cut short, or not of the format that it is read as.</summary>
/// <param name="message">What is wrong, why, and what to do about it.</param>
/// <param name="inner">The cause, if another error was it.</param>
public sealed class CheckpointFormatException(string message, Exception? inner = null) : CheckpointException(message, inner);
