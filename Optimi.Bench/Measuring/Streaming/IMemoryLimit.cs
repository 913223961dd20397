namespace Optimi.Bench;

/// <summary>The rate that no step can exceed, measured round by round beside it.</summary>
internal interface IMemoryLimit : IDisposable
{
    /// <summary>Bytes per second in each round so far.</summary>
    IReadOnlyList<double> Rates { get; }

    /// <summary>Bytes per second of a memory copy in each round so far, those read and those written.</summary>
    IReadOnlyList<double> CopyRates { get; }

    /// <summary>Measures a round.</summary>
    void Measure();
}
