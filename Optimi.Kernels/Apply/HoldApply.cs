using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// Leaves the parameter as it is: the states alone take the gradient in (optimizer accumulation), until a later step applies them.
/// </summary>
/// <typeparam name="TLane">The register.</typeparam>
public readonly struct HoldApply<TLane> : IApply<HoldApply<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <inheritdoc/>
    public static bool Holds => true;

    /// <inheritdoc/>
    public static HoldApply<TLane> From(in UpdateScalars scalars) => default;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<TStorage, TRule>(
        in TRule rule, ref TLane parameter, ref TLane compensation, TLane direction, ref States<TLane> states)
        where TStorage : IStorage
        where TRule : unmanaged, IUpdateRule<TRule, TLane>
    {
    }
}
