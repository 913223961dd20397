namespace Optimi.Kernels;

/// <summary>The first of two passes: states are updated, and something of each number is measured for its tensor's sum.</summary>
internal readonly struct MeasurePass : IPass
{
    /// <inheritdoc/>
    public static bool UpdatesStates => true;

    /// <inheritdoc/>
    public static bool UpdatesParameters => false;

    /// <inheritdoc/>
    public static bool Measures => true;
}
