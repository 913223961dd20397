namespace Optimi.Kernels;

/// <summary>The update alone.</summary>
public readonly struct NoTerms : ITerms
{
    /// <inheritdoc/>
    public static bool L2 => false;

    /// <inheritdoc/>
    public static bool Decay => false;

    /// <inheritdoc/>
    public static bool Shrink => false;
}
