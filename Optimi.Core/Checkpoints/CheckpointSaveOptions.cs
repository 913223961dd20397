namespace Optimi;

/// <summary>How a checkpoint is saved.</summary>
public sealed record CheckpointSaveOptions
{
    /// <summary>Whose optimizers the states are written for. Default: <see cref="StateConvention.Optimi"/>. A training resumes to the last
    /// bit only from that.</summary>
    /// <exception cref="OptionException">The value is none of them.</exception>
    public StateConvention Convention
    {
        get;
        init => field = Enum.IsDefined(value)
            ? value
            : throw new OptionException(FormattableString.Invariant($"{nameof(Convention)} is {(int)value}, which is no convention."));
    }

    /// <summary>How many checkpoints of the same path are kept: the new one, and those before it as <c>run.1.safetensors</c>,
    /// <c>run.2.safetensors</c> beside <c>run.safetensors</c>, the youngest first; older ones are deleted. At least 1. Default 1: the new one
    /// takes the place of the one before, and others are left alone. For paths only.</summary>
    /// <exception cref="OptionException">The value is below 1.</exception>
    public int Keep
    {
        get;
        init
        {
            Guard.InRange(value, 1, int.MaxValue, nameof(Keep));
            field = value;
        }
    } = 1;
}
