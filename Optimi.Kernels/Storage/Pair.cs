namespace Optimi.Kernels;

/// <summary>What one unit of a slot holds, as registers: the numbers of the low and of the high half of its words.</summary>
/// <typeparam name="TLane">The register.</typeparam>
/// <param name="low">The numbers of the low halves, or the only ones.</param>
/// <param name="high">The numbers of the high halves.</param>
public struct Pair<TLane>(TLane low, TLane high)
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>The numbers of the low halves, or the only ones.</summary>
    public TLane Low = low;

    /// <summary>The numbers of the high halves.</summary>
    public TLane High = high;
}
