namespace Optimi.Kernels;

/// <summary>Which terms a row of scalars asks for: what chooses the leanest loop of the host.</summary>
public enum Terms
{
    /// <summary>All there are: a first step, one that meets the slow weights, or decay both before and after the update.</summary>
    All,

    /// <summary>The update alone.</summary>
    None,

    /// <summary>Decay before the update.</summary>
    Decay,

    /// <summary>Shrinking after the update.</summary>
    Shrink,
}
