namespace Optimi.Kernels;

/// <summary>Weight decay as part of the gradient.</summary>
internal readonly struct L2Term : ITerms
{
    /// <inheritdoc/>
    public static bool L2 => true;

    /// <inheritdoc/>
    public static bool Decay => false;

    /// <inheritdoc/>
    public static bool Shrink => false;
}
