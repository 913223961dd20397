using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// Ranger: RAdam with lookahead. Slow weights a follow the parameter at every k-th step, <c>a = a + α (p - a)</c>, and the
/// parameter goes back to where they are.
/// </summary>
/// <remarks>Wright, Demeure, <see href="https://arxiv.org/abs/2106.13731">Ranger21: a synergistic deep learning
/// optimizer</see>; Zhang et al., <see href="https://arxiv.org/abs/1907.08610">Lookahead Optimizer: k steps forward, 1 step
/// back</see>.</remarks>
/// <typeparam name="TLane">The register.</typeparam>
public struct RangerRule<TLane> : IUpdateRule<RangerRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>RAdam's part.</summary>
    public RAdamRule<TLane> RAdam;

    /// <summary>α: how far the slow weights follow.</summary>
    public TLane Alpha;

    /// <summary>Not 0 in every k-th step.</summary>
    public TLane Meets;

    /// <inheritdoc/>
    public static IReadOnlyList<string> StateNames { get; } = [StateName.ExpAvg, StateName.ExpAvgSq, StateName.LaParam];

    /// <inheritdoc/>
    public static StateKind KindOf(int state) => state == 2 ? StateKind.Weights : AdamRule<TLane>.KindOf(state);

    /// <inheritdoc/>
    public static bool Begins => true;

    /// <inheritdoc/>
    public static bool LooksAhead => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin(in RangerRule<TLane> rule, TLane parameter, TLane gradient, ref States<TLane> states) =>
        states.Third = parameter;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane MeetsSlowWeights(in RangerRule<TLane> rule) => rule.Meets;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane SlowWeights(
        in RangerRule<TLane> rule, TLane parameter, TLane compensation, ref States<TLane> states)
    {
        TLane a = states.Third;
        TLane next = TLane.MultiplyAdd(rule.Alpha, parameter - a + compensation, a);
        states.Third = TLane.Choose(rule.Meets, next, a);
        return next;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states) =>
        RAdam.Step(parameter, gradient, ref states);
}
