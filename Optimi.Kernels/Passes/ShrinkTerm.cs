namespace Optimi.Kernels;

/// <summary>Shrinking after the update.</summary>
internal readonly struct ShrinkTerm : ITerms
{
    /// <inheritdoc/>
    public static bool L2 => false;

    /// <inheritdoc/>
    public static bool Decay => false;

    /// <inheritdoc/>
    public static bool Shrink => true;
}
