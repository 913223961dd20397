namespace Optimi;

/// <summary>Where a schedule is: plain numbers with names, to be kept in a checkpoint. See <see cref="Schedule.SaveState"/>.</summary>
public sealed class ScheduleState
{
    /// <summary>The schedule's class, such as <c>StepLR</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The name of the number that it changes, such as <c>learning rate</c>.</summary>
    public required string Target { get; init; }

    /// <summary>Single numbers, by name. Default: none.</summary>
    public IReadOnlyDictionary<string, double> Numbers { get; init; } = new Dictionary<string, double>();

    /// <summary>Arrays with a number for each group, by name. Default: none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Arrays { get; init; } = new Dictionary<string, IReadOnlyList<double>>();

    /// <summary>The states of the schedules that it consists of. Default: none.</summary>
    public IReadOnlyList<ScheduleState> Nested { get; init; } = [];

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="ArgumentNullException"><paramref name="json"/> is null.</exception>
    /// <exception cref="ScheduleException">It is not that.</exception>
    public static ScheduleState FromJson(string json) => ScheduleStateJson.Read(json);

    /// <summary>The state as JSON, the same in every culture. Each number is read back as the same number, to the last bit.</summary>
    public string ToJson() => ScheduleStateJson.Write(this);

    /// <summary>Checks that it is the state of a certain schedule.</summary>
    /// <exception cref="ScheduleException">It is not.</exception>
    internal void Check(string kind, string target, int nested)
    {
        if (Kind != kind)
            throw new ScheduleException($"The state is that of {Kind}, but the schedule is {kind}; make the schedule that was saved.");
        if (Target != target)
        {
            throw new ScheduleException(
                $"The state is of a schedule of the {Target}, but this {kind} changes the {target}; make it with the same target.");
        }

        if (Nested.Count != nested)
        {
            throw new ScheduleException(
                $"The state of {kind} has {Nested.Count} nested schedules, but this one has {nested}; make it of the same schedules.");
        }
    }

    /// <summary>A number.</summary>
    /// <exception cref="ScheduleException">It is missing.</exception>
    internal double Number(string name) => Numbers.TryGetValue(name, out double value) ? value : throw Missing("number", name);

    /// <summary>A number that counts something.</summary>
    /// <exception cref="ScheduleException">It is missing, or is no whole number from 0 on.</exception>
    internal long Count(string name)
    {
        // Up to here every whole number is a double.
        const double Most = 1L << 53;
        double value = Number(name);
        return value >= 0 && value <= Most && value == Math.Floor(value)
            ? (long)value
            : throw new ScheduleException(FormattableString.Invariant(
                $"'{name}' in the state of {Kind} is {value}, but it must be a whole number from 0 to 2^53; save the state again."));
    }

    /// <summary>An array with a finite number for each group.</summary>
    /// <exception cref="ScheduleException">It is missing, is for another number of groups, or has a number that is not finite.</exception>
    internal IReadOnlyList<double> Array(string name, int groups)
    {
        if (!Arrays.TryGetValue(name, out IReadOnlyList<double>? values))
            throw Missing("array", name);
        if (values.Count != groups)
        {
            throw new ScheduleException(
                $"'{name}' in the state of {Kind} is for {values.Count} groups, but the optimizer has {groups}; make the optimizer with"
                + " the groups that it had.");
        }

        return values.All(double.IsFinite)
            ? values
            : throw new ScheduleException(
                $"'{name}' in the state of {Kind} has a number that is not finite, which no schedule sets; save the state again.");
    }

    private ScheduleException Missing(string what, string name) =>
        new($"The state of {Kind} has no {what} '{name}', so it is not complete; save the state again.");
}
