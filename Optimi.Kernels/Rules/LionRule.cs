using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>Lion: the sign of an interpolation between momentum and gradient, <c>x = sign(β₁ m + (1 - β₁) g)</c>.</summary>
/// <remarks>Chen et al., <see href="https://arxiv.org/abs/2302.06675">Symbolic Discovery of Optimization
/// Algorithms</see>.</remarks>
/// <typeparam name="TLane">The register.</typeparam>
public struct LionRule<TLane> : IUpdateRule<LionRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>1 - β₁: the gradient's share in the direction.</summary>
    public TLane OneMinusBeta1;

    /// <summary>1 - β₂: the gradient's share in the momentum.</summary>
    public TLane OneMinusBeta2;

    /// <inheritdoc/>
    public static IReadOnlyList<string> StateNames { get; } = [StateName.ExpAvg];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states)
    {
        TLane m = states.First;
        TLane e = gradient - m;
        states.First = TLane.MultiplyAdd(OneMinusBeta2, e, m);
        return TLane.Sign(TLane.MultiplyAdd(OneMinusBeta1, e, m));
    }
}
