namespace Optimi;

/// <summary>How a checkpoint is loaded.</summary>
public sealed record CheckpointLoadOptions
{
    /// <summary>What may be converted. Default: nothing.</summary>
    public CheckpointConversions Conversions { get; init; }

    /// <summary>Whether everything that is loaded into must be in the file, and everything in the file must have a place. Otherwise what the
    /// file lacks stays as it is, states of which it lacks one begin anew, and what has no place is left aside; shapes must be equal even
    /// so. Default true.</summary>
    public bool Strict { get; init; } = true;

    /// <summary>Whose optimizer wrote the states, for files that do not say so themselves. Default: null.</summary>
    public StateConvention? Convention { get; init; }

    /// <summary>How many steps were made, for files that do not say so, such as those of PyTorch's SGD: at least 0. Default: null.</summary>
    /// <exception cref="OptionException">The value is negative, or larger than 2^53.</exception>
    public long? StepCount
    {
        get;
        init
        {
            if (value is long steps)
                Guard.StepCount(steps, nameof(StepCount));
            field = value;
        }
    }

    /// <summary>Whether groups take their learning rates and other options from the file, too. Schedules that are loaded set what they
    /// change all the same. Default true.</summary>
    public bool RestoreOptions { get; init; } = true;

    /// <summary>What parameters' names begin with in the file, such as <c>model.</c>. Default: null, for nothing or what PyTorch's users
    /// call it by custom.</summary>
    public string? ParameterPrefix { get; init; }

    /// <summary>What the names of states and options begin with in the file, before <c>state.</c>, such as <c>optimizer.</c>. Default:
    /// null, for nothing or what PyTorch's users call it by custom.</summary>
    public string? OptimizerPrefix { get; init; }
}
