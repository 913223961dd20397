namespace Optimi.Bench;

/// <summary>Parameters that are stepped, in whatever way: what is checked and timed.</summary>
internal interface IWorkload : IDisposable
{
    ComputeDevice Device { get; }

    Variant Variant { get; }

    IReadOnlyList<ParameterGroup> Groups { get; }

    Optimizer Optimizer { get; }

    /// <summary>How many calls of the library a step over all parameters takes.</summary>
    int CallsPerStep => 1;

    /// <summary>Halves all gradients; see <see cref="TestData.HalveGradients"/>.</summary>
    void HalveGradients();

    /// <summary>Steps all parameters a number of times and waits for the last.</summary>
    void Step(int times);
}
