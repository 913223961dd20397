namespace Optimi;

/// <summary>A compute device does not exist, cannot be opened, or is not up to what was asked of it.</summary>
/// <param name="message">What is wrong, why, and what to do about it.</param>
/// <param name="inner">The cause, if another error was it.</param>
public sealed class DeviceException(string message, Exception? inner = null) : OptimiException(message, inner);
