namespace Optimi;

public sealed partial class Parameter
{
    /// <summary>Its values, as they are stored.</summary>
    internal ParameterStorage StoredValue => _value;

    /// <summary>Whether an optimizer's averages are in place of its values.</summary>
    internal bool IsSwapped { get; set; }

    /// <summary>Checks that its values are its own.</summary>
    /// <exception cref="ParameterException">Averages are in their place.</exception>
    internal void CheckNotSwapped()
    {
        if (IsSwapped)
        {
            throw new ParameterException(
                $"The average of parameter '{Name}' is in place of its values, which would be put back over what is written now; call"
                + $" {nameof(Optimizer.SwapOut)}() of the optimizer that swapped it in before.");
        }
    }

    /// <summary>Puts its values back if averages are in their place.</summary>
    internal void SwapOut()
    {
        if (!IsSwapped)
            return;
        foreach (Optimizer owner in _owners)
            owner.SwapOut();
    }
}
