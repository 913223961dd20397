namespace Optimi;

/// <summary>A checkpoint could not be saved or loaded: there was no room, a device failed, or loading was cut off.</summary>
/// <param name="message">What is wrong, why, and what to do about it.</param>
/// <param name="inner">The cause, if another error was it.</param>
public class CheckpointException(string message, Exception? inner = null) : OptimiException(message, inner);
