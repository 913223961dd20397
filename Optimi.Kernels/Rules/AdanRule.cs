using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// Adan, adaptive Nesterov momentum: <c>x = (m + β₂ u) / (√n + ε)</c> of the debiased moving averages of the gradient, of its
/// change, and of the square of the gradient that Nesterov's momentum foresees.
/// </summary>
/// <remarks>Xie et al., <see href="https://arxiv.org/abs/2208.06677">Adan: Adaptive Nesterov Momentum Algorithm for Faster
/// Optimizing Deep Models</see>.</remarks>
/// <typeparam name="TLane">The register.</typeparam>
public struct AdanRule<TLane> : IUpdateRule<AdanRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>β̂₁ of the step.</summary>
    public TLane Beta1Hat;

    /// <summary>1 - β̂₁.</summary>
    public TLane OneMinusBeta1Hat;

    /// <summary>β̂₂ of the step.</summary>
    public TLane Beta2Hat;

    /// <summary>1 - β̂₂.</summary>
    public TLane OneMinusBeta2Hat;

    /// <summary>β̂₃ of the step.</summary>
    public TLane Beta3Hat;

    /// <summary>1 - β̂₃.</summary>
    public TLane OneMinusBeta3Hat;

    /// <summary>β₂ itself.</summary>
    public TLane Beta2;

    /// <summary>ε, added to the root.</summary>
    public TLane Epsilon;

    /// <inheritdoc/>
    public static IReadOnlyList<string> StateNames { get; } =
        [StateName.ExpAvg, StateName.ExpAvgSq, StateName.ExpAvgDiff, StateName.PrevGrad];

    /// <inheritdoc/>
    public static StateKind KindOf(int state) => state switch
    {
        2 => StateKind.LikeGradient,
        3 => StateKind.Gradient,
        _ => AdamRule<TLane>.KindOf(state),
    };

    /// <inheritdoc/>
    public static bool Begins => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin(in AdanRule<TLane> rule, TLane parameter, TLane gradient, ref States<TLane> states) =>
        states.Fourth = -gradient;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states)
    {
        TLane g = gradient;
        TLane e = g + states.Fourth;
        TLane m = TLane.MultiplyAdd(Beta1Hat, states.First, OneMinusBeta1Hat * g);
        TLane u = TLane.MultiplyAdd(Beta2Hat, states.Third, OneMinusBeta2Hat * e);
        TLane w = TLane.MultiplyAdd(Beta2, e, g);
        TLane n = TLane.MultiplyAdd(Beta3Hat, states.Second, OneMinusBeta3Hat * w * w);
        states.First = m;
        states.Second = n;
        states.Third = u;
        states.Fourth = -g;
        return TLane.MultiplyAdd(Beta2, u, m) / (TLane.Sqrt(n) + Epsilon);
    }
}
