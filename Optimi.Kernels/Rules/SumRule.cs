using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// A sum that goes on: <c>s = s + g</c>, or <c>s = g</c> where there is none yet. Its steps only accumulate: it has no direction.
/// </summary>
/// <typeparam name="TLane">The register.</typeparam>
internal struct SumRule<TLane> : IUpdateRule<SumRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>Not 0 if there is a sum to go on with.</summary>
    public TLane GoesOn;

    /// <inheritdoc/>
    public static IReadOnlyList<string> StateNames { get; } = ["sum"];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states)
    {
        states.First = TLane.Choose(GoesOn, states.First + gradient, gradient);
        return states.First;
    }
}
