using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary><c>p = (1 - d) p + s x</c>, rounded to the parameter's storage.</summary>
/// <typeparam name="TLane">The register.</typeparam>
public struct PlainApply<TLane> : IApply<PlainApply<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>s.</summary>
    public TLane Scale;

    /// <summary>1 - d.</summary>
    public TLane Keep;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainApply<TLane> From(in UpdateScalars scalars) => new()
    {
        Scale = TLane.Splat((float)scalars.Scale),
        Keep = TLane.Splat((float)(1 - scalars.Decay)),
    };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Update<TStorage>(ref TLane parameter, ref TLane compensation, TLane direction)
        where TStorage : IStorage =>
        parameter = TStorage.Round(TLane.MultiplyAdd(Scale, direction, parameter * Keep));
}
