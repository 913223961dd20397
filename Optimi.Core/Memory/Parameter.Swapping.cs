namespace Optimi;

public sealed partial class Parameter
{
    /// <summary>Its values, as they are stored.</summary>
    internal ParameterStorage StoredValue => _value;

    /// <summary>The optimizer whose averages are in place of its values, and which is kept alive meanwhile; null if they are its own.</summary>
    internal Optimizer? SwappedBy
    {
        get;
        set
        {
            Buffer.Device.SwappedParameters += (value is null ? 0 : 1) - (field is null ? 0 : 1);
            field = value;
        }
    }

    /// <summary>Whether averages are in place of its values.</summary>
    internal bool IsSwapped => SwappedBy is not null;

    /// <summary>Checks that its values are its own.</summary>
    /// <exception cref="ParameterException">Averages are in their place.</exception>
    internal void CheckNotSwapped()
    {
        if (IsSwapped)
        {
            throw new ParameterException(
                $"The average of parameter '{Name}' is in place of its values, which will be put back over what is written meanwhile; call"
                + $" {nameof(Optimizer.SwapOut)}() of the optimizer that swapped it in before.");
        }
    }

    /// <summary>Puts its values back if averages are in their place.</summary>
    internal void SwapOut() => SwappedBy?.SwapOut();
}
