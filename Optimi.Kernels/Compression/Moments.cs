namespace Optimi.Kernels;

/// <summary>First and second moments.</summary>
/// <typeparam name="TLane">The register.</typeparam>
/// <param name="first">The first ones.</param>
/// <param name="second">The second ones.</param>
internal readonly struct Moments<TLane>(TLane first, TLane second)
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>The first moments.</summary>
    public readonly TLane First = first;

    /// <summary>The second moments.</summary>
    public readonly TLane Second = second;
}
