namespace Optimi;

/// <summary>Collects what a schedule saves.</summary>
internal sealed class ScheduleStateBuilder
{
    /// <summary>The numbers so far.</summary>
    public Dictionary<string, double> Numbers { get; } = [];

    /// <summary>The arrays so far.</summary>
    public Dictionary<string, IReadOnlyList<double>> Arrays { get; } = [];

    /// <summary>Adds a number.</summary>
    public void Add(string name, double value) => Numbers.Add(name, value);

    /// <summary>Adds a copy of an array.</summary>
    public void Add(string name, IReadOnlyList<double> values) => Arrays.Add(name, [.. values]);

    /// <summary>Adds what a draft has in each group.</summary>
    public void Add(string name, ScheduleTarget target, ScheduleDraft draft) =>
        Arrays.Add(name, [.. Enumerable.Range(0, draft.Count).Select(group => target.Get(draft[group]))]);
}
