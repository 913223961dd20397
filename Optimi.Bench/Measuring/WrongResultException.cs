namespace Optimi.Bench;

/// <summary>A step gave another result than the simulation: what is wrong is not timed.</summary>
/// <param name="message">Which number of which variant.</param>
internal sealed class WrongResultException(string message) : Exception(message);
