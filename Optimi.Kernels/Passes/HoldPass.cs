namespace Optimi.Kernels;

/// <summary>
/// Leaves the parameter as it is: the states alone take the gradient in (optimizer accumulation), until a later step applies them.
/// There is no weight decay of any kind.
/// </summary>
internal readonly struct HoldPass : IPass
{
    /// <inheritdoc/>
    public static bool UpdatesStates => true;

    /// <inheritdoc/>
    public static bool UpdatesParameters => false;

    /// <inheritdoc/>
    public static bool Measures => false;

    /// <inheritdoc/>
    public static bool MayPenalize => false;
}
