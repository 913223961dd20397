namespace Optimi.Bench;

/// <summary>BenchmarkDotNet ran none of the benchmarks that were asked for.</summary>
/// <param name="message">What may be the cause and what to do about it.</param>
internal sealed class BenchmarksNotRunException(string message) : Exception(message);
