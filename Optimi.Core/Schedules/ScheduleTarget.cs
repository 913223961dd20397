namespace Optimi;

/// <summary>Which number of a group a schedule changes: the learning rate, or one of the options.</summary>
/// <remarks>Setting a learning rate allocates nothing; every other number is set by new options, which are allocated.</remarks>
public abstract class ScheduleTarget
{
    private protected ScheduleTarget(string name) => Name = name;

    /// <summary>The learning rate of a group: <see cref="ParameterGroup.Lr"/>.</summary>
    public static ScheduleTarget LearningRate { get; } = new LearningRateTarget();

    /// <summary>The weight decay of a group: <see cref="OptimizerOptions.WeightDecay"/>.</summary>
    public static ScheduleTarget WeightDecay { get; } =
        Of<OptimizerOptions>("weight decay", options => options.WeightDecay, (options, value) => options with { WeightDecay = value });

    /// <summary>The momentum of a group: that of <see cref="SGD"/>, β₁ of all others.</summary>
    public static ScheduleTarget Momentum { get; } =
        Of<IMomentumOptions>("momentum", options => options.Momentum, (options, value) => options.WithMomentum(value));

    /// <summary>What the number is called in errors and in saved states.</summary>
    public string Name { get; }

    /// <summary>Any other number of the options, such as β₂.</summary>
    /// <typeparam name="TOptions">The options that have it.</typeparam>
    /// <param name="name">What it is called in errors and in saved states.</param>
    /// <param name="get">Reads it.</param>
    /// <param name="with">Makes new options with another value: <c>(options, value) => options with { Beta2 = value }</c>.</param>
    /// <returns>The target. Keep it: schedules share a group's initial value only if they are made with the same one.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static ScheduleTarget Of<TOptions>(string name, Func<TOptions, double> get, Func<TOptions, double, OptimizerOptions> with)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(get);
        ArgumentNullException.ThrowIfNull(with);
        return new OptionTarget<TOptions>(name, get, with);
    }

    /// <summary>The number as a group has it.</summary>
    /// <param name="group">The group.</param>
    /// <exception cref="ArgumentNullException"><paramref name="group"/> is null.</exception>
    /// <exception cref="OptionException">The group's options have no such number.</exception>
    public double Get(ParameterGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return Get(new GroupDraft(group));
    }

    /// <summary>The number as a draft has it.</summary>
    internal abstract double Get(GroupDraft group);

    /// <summary>Writes the number into a draft.</summary>
    internal abstract void Set(GroupDraft group, double value);
}
