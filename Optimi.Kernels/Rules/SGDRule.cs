using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// Stochastic gradient descent with momentum: <c>m = μ m + g</c>, <c>x = m</c>. With dampening the gradient enters
/// <c>m</c> as <c>(1 - μ) g</c>, which makes it an exponential moving average.
/// </summary>
/// <remarks>Rumelhart, Hinton, Williams, <see href="https://doi.org/10.1038/323533a0">Learning representations by
/// back-propagating errors</see>.</remarks>
/// <typeparam name="TLane">The register.</typeparam>
public struct SGDRule<TLane> : IUpdateRule<SGDRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>μ; at 0 there is no state, and the direction is the gradient itself.</summary>
    public TLane Momentum;

    /// <summary>1 - μ with dampening, else 1.</summary>
    public TLane Gain;

    /// <summary>Not 0 if m starts as the first gradient rather than as 0.</summary>
    public TLane StartsFromGradient;

    /// <inheritdoc/>
    public static IReadOnlyList<string> StateNames { get; } = [StateName.ExpAvg];

    /// <inheritdoc/>
    public static bool Begins => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin(in SGDRule<TLane> rule, TLane parameter, TLane gradient, ref States<TLane> states) =>
        states.First = TLane.Choose(rule.StartsFromGradient, gradient, states.First);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states)
    {
        states.First = TLane.Choose(Momentum, TLane.MultiplyAdd(Momentum, states.First, Gain * gradient), gradient);
        return states.First;
    }
}
