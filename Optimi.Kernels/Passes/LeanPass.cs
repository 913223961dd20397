namespace Optimi.Kernels;

/// <summary>
/// A pass without the terms that are known to be zero in its rows of scalars: a processor that computes hardly faster than memory moves
/// has no time for them, and on a GPU they cost a little.
/// </summary>
/// <typeparam name="TPass">The pass with all terms.</typeparam>
/// <typeparam name="TTerms">The terms that are left.</typeparam>
internal readonly struct LeanPass<TPass, TTerms> : IPass
    where TPass : IPass
    where TTerms : ITerms
{
    /// <inheritdoc/>
    public static bool UpdatesStates => TPass.UpdatesStates;

    /// <inheritdoc/>
    public static bool UpdatesParameters => TPass.UpdatesParameters;

    /// <inheritdoc/>
    public static bool Measures => TPass.Measures;

    /// <inheritdoc/>
    public static bool MayBegin => false;

    /// <inheritdoc/>
    public static bool MayMeet => false;

    /// <inheritdoc/>
    public static bool MayScale => TTerms.Scale;

    /// <inheritdoc/>
    public static bool MayClip => false;

    /// <inheritdoc/>
    public static bool MayPenalize => TTerms.L2;

    /// <inheritdoc/>
    public static bool MayDecay => TTerms.Decay;

    /// <inheritdoc/>
    public static bool MayShrink => TTerms.Shrink;
}
