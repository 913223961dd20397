namespace Optimi;

/// <summary>A parameter cannot be what it was declared to be, or data does not fit it.</summary>
/// <param name="message">What is wrong, why, and what to do about it.</param>
/// <param name="inner">The cause, if another error was it.</param>
public sealed class ParameterException(string message, Exception? inner = null) : OptimiException(message, inner);
