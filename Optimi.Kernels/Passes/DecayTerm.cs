namespace Optimi.Kernels;

/// <summary>Decay before the update.</summary>
internal readonly struct DecayTerm : ITerms
{
    /// <inheritdoc/>
    public static bool L2 => false;

    /// <inheritdoc/>
    public static bool Decay => true;

    /// <inheritdoc/>
    public static bool Shrink => false;
}
