namespace Optimi;

/// <summary>An option of an optimizer has a value that it cannot have.</summary>
/// <param name="message">What is wrong, why, and what to do about it.</param>
/// <param name="inner">The cause, if another error was it.</param>
public sealed class OptionException(string message, Exception? inner = null) : OptimiException(message, inner);
