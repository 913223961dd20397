namespace Optimi;

/// <summary>A schedule cannot go on, or a saved state is not one that it can go on from.</summary>
/// <param name="message">What is wrong, why, and what to do about it.</param>
/// <param name="inner">The cause, if another error was it.</param>
public sealed class ScheduleException(string message, Exception? inner = null) : OptimiException(message, inner);
