namespace Optimi;

/// <summary>The base of all errors that Optimi reports about what it was given.</summary>
/// <param name="message">What is wrong, why, and what to do about it.</param>
/// <param name="inner">The cause, if another error was it.</param>
public abstract class OptimiException(string message, Exception? inner = null) : Exception(message, inner);
