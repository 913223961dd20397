namespace Optimi;

/// <summary>A number of a group's options.</summary>
internal sealed class OptionTarget<TOptions>(
    string name, Func<TOptions, double> get, Func<TOptions, double, OptimizerOptions> with) : ScheduleTarget(name)
    where TOptions : class
{
    /// <inheritdoc/>
    internal override double Get(GroupDraft group) => get(Typed(group));

    /// <inheritdoc/>
    internal override void Set(GroupDraft group, double value)
    {
        TOptions options = Typed(group);
        // The same value needs no new options, and so no memory.
        if (get(options) != value)
            group.Options = with(options, value);
    }

    private TOptions Typed(GroupDraft group) => group.Options as TOptions
        ?? throw new OptionException(
            $"{group.Options.GetType().Name} have no {Name} that a schedule could change; choose another target, or another optimizer.");
}
