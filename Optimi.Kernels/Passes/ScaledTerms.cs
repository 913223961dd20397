namespace Optimi.Kernels;

/// <summary>Some terms, and gradients that are multiplied when they are loaded.</summary>
/// <typeparam name="TTerms">The other terms.</typeparam>
internal readonly struct ScaledTerms<TTerms> : ITerms
    where TTerms : ITerms
{
    /// <inheritdoc/>
    public static bool L2 => TTerms.L2;

    /// <inheritdoc/>
    public static bool Decay => TTerms.Decay;

    /// <inheritdoc/>
    public static bool Shrink => TTerms.Shrink;

    /// <inheritdoc/>
    public static bool Scale => true;
}
