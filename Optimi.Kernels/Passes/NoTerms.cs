namespace Optimi.Kernels;

/// <summary>The update alone.</summary>
internal readonly struct NoTerms : ITerms
{
    /// <inheritdoc/>
    public static bool L2 => false;

    /// <inheritdoc/>
    public static bool Decay => false;

    /// <inheritdoc/>
    public static bool Shrink => false;
}
