namespace Optimi.Bench;

/// <summary>What to measure, and how thoroughly.</summary>
/// <param name="Devices">The devices' names.</param>
/// <param name="Cases">What to measure on each.</param>
/// <param name="Parameters">About how many parameters.</param>
/// <param name="Rounds">Rounds of each case, if the time suffices.</param>
/// <param name="MaxTime">How long the rounds of a case may take; a few there are in any case.</param>
/// <param name="AllocationSeconds">How long allocations of a case are counted.</param>
/// <param name="LeavesCaches">Whether so many copies of tensors are stepped in turn that no cache holds them.</param>
internal sealed record BenchPlan(
    IReadOnlyList<string> Devices,
    IReadOnlyList<BenchCase> Cases,
    int Parameters,
    int Rounds,
    TimeSpan MaxTime,
    double AllocationSeconds,
    bool LeavesCaches)
{
    /// <summary>The simulation is for debugging, and hundreds of times slower.</summary>
    private const int SimulatedParameters = 10_000;

    private const int SimulatedRounds = 3;

    /// <summary>What to compare on each device.</summary>
    public IReadOnlyList<ComparedCase> Comparisons { get; init; } = [];

    /// <summary>How long ways of stepping that are compared are stepped before they are timed, twice, for the JIT.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>The plan for a device of a kind.</summary>
    public BenchPlan On(DeviceKind kind) => kind == DeviceKind.Simulated
        ? this with
        {
            Parameters = Math.Min(Parameters, SimulatedParameters),
            Rounds = Math.Min(Rounds, SimulatedRounds),
            WarmUp = TimeSpan.Zero,
        }
        : this;
}
