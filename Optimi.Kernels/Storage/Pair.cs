namespace Optimi.Kernels;

/// <summary>What one unit of a slot holds, as registers: the numbers of the low and of the high half of its words.</summary>
/// <remarks>Without a constructor: each would be one more call to inline, and the largest of the host's loops are at the limit of
/// what the JIT inlines.</remarks>
/// <typeparam name="TLane">The register.</typeparam>
internal struct Pair<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>The numbers of the low halves, or the only ones.</summary>
    public TLane Low;

    /// <summary>The numbers of the high halves.</summary>
    public TLane High;
}
