namespace Optimi.Kernels;

/// <summary>The second of two passes: parameters are updated from the states as they are stored, and from what was measured.</summary>
internal readonly struct ApplyPass : IPass
{
    /// <inheritdoc/>
    public static bool UpdatesStates => false;

    /// <inheritdoc/>
    public static bool UpdatesParameters => true;

    /// <inheritdoc/>
    public static bool Measures => false;
}
