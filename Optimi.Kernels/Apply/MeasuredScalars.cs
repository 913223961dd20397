namespace Optimi.Kernels;

/// <summary>The scalars by which a tensor's update is applied, where they follow from what was measured of it.</summary>
/// <typeparam name="TLane">The register.</typeparam>
/// <param name="scale">s of the update p + s x.</param>
/// <param name="decay">d: the share of the parameter that decoupled weight decay takes away.</param>
public readonly struct MeasuredScalars<TLane>(TLane scale, TLane decay)
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>s of the update p + s x.</summary>
    public readonly TLane Scale = scale;

    /// <summary>d: the share of the parameter that decoupled weight decay takes away.</summary>
    public readonly TLane Decay = decay;
}
