namespace Optimi.Kernels;

/// <summary>The state registers of one parameter register, in the order of the rule's state names. At most four.</summary>
/// <typeparam name="TLane">The register.</typeparam>
public struct States<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>The first state.</summary>
    public TLane First;

    /// <summary>The second state.</summary>
    public TLane Second;

    /// <summary>The third state.</summary>
    public TLane Third;

    /// <summary>The fourth state.</summary>
    public TLane Fourth;
}
