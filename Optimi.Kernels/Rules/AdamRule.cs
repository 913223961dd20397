using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// Adam, and with decoupled weight decay AdamW: <c>x = m / (√v + ε)</c> of the debiased moving averages of the gradient and
/// of its square.
/// </summary>
/// <remarks>
/// Kingma, Ba, <see href="https://arxiv.org/abs/1412.6980">Adam: A Method for Stochastic Optimization</see>; Loshchilov,
/// Hutter, <see href="https://arxiv.org/abs/1711.05101">Decoupled Weight Decay Regularization</see>. The bias correction is in
/// the coefficients (<see cref="Debias"/>), so that m and v are stored debiased.
/// </remarks>
/// <typeparam name="TLane">The register.</typeparam>
public struct AdamRule<TLane> : IUpdateRule<AdamRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>β̂₁ of the step.</summary>
    public TLane Beta1Hat;

    /// <summary>1 - β̂₁.</summary>
    public TLane Beta1Comp;

    /// <summary>β̂₂ of the step.</summary>
    public TLane Beta2Hat;

    /// <summary>1 - β̂₂.</summary>
    public TLane Beta2Comp;

    /// <summary>ε, added to the root.</summary>
    public TLane Epsilon;

    /// <summary>The L2 coefficient; 0 for none.</summary>
    public TLane L2;

    /// <inheritdoc/>
    public static IReadOnlyList<string> StateNames { get; } = [StateName.ExpAvg, StateName.ExpAvgSq];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states)
    {
        TLane g = WeightDecay.IntoGradient(L2, parameter, gradient);
        TLane m = TLane.MultiplyAdd(Beta1Hat, states.First, Beta1Comp * g);
        TLane v = TLane.MultiplyAdd(Beta2Hat, states.Second, Beta2Comp * g * g);
        states.First = m;
        states.Second = v;
        return m / (TLane.Sqrt(v) + Epsilon);
    }
}
