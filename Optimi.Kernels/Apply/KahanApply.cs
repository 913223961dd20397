using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// The update with Kahan summation: what rounding the parameter loses is kept in a compensation and added the next time.
/// Decay and direction go into the compensation, so that neither is lost for being smaller than half an ulp of the parameter.
/// </summary>
/// <remarks>Kahan, <see href="https://doi.org/10.1145/363707.363723">Further remarks on reducing truncation
/// errors</see>.</remarks>
/// <typeparam name="TLane">The register.</typeparam>
public struct KahanApply<TLane> : IApply<KahanApply<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>s.</summary>
    public TLane Scale;

    /// <summary>-d.</summary>
    public TLane MinusDecay;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KahanApply<TLane> From(in UpdateScalars scalars) => new()
    {
        Scale = TLane.Splat((float)scalars.Scale),
        MinusDecay = TLane.Splat((float)-scalars.Decay),
    };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Update<TStorage>(ref TLane parameter, ref TLane compensation, TLane direction)
        where TStorage : IStorage
    {
        TLane decayed = TLane.Choose(
            MinusDecay, TLane.MultiplyAdd(MinusDecay, parameter, compensation), compensation);
        TLane k = TLane.MultiplyAdd(Scale, direction, decayed);
        TLane next = TStorage.Round(parameter + k);
        compensation = k + (parameter - next);
        parameter = next;
    }
}
