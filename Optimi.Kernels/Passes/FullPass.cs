namespace Optimi.Kernels;

/// <summary>The whole step of a rule that looks at each number by itself.</summary>
internal readonly struct FullPass : IPass
{
    /// <inheritdoc/>
    public static bool UpdatesStates => true;

    /// <inheritdoc/>
    public static bool UpdatesParameters => true;

    /// <inheritdoc/>
    public static bool Measures => false;
}
