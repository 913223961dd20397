using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// Adam, and with decoupled weight decay AdamW: <c>x = m / (√v + ε)</c> of the debiased moving averages of the gradient and
/// of its square.
/// </summary>
/// <remarks>
/// Kingma, Ba, <see href="https://arxiv.org/abs/1412.6980">Adam: A Method for Stochastic Optimization</see>; Loshchilov,
/// Hutter, <see href="https://arxiv.org/abs/1711.05101">Decoupled Weight Decay Regularization</see>.
/// </remarks>
/// <typeparam name="TLane">The register.</typeparam>
public struct AdamRule<TLane> : IUpdateRule<AdamRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>The moments.</summary>
    public AdamMoments<TLane> Moments;

    /// <inheritdoc/>
    public static IReadOnlyList<string> StateNames { get; } = [StateName.ExpAvg, StateName.ExpAvgSq];

    /// <inheritdoc/>
    public static StateKind KindOf(int state) => state == 0 ? StateKind.FirstMoment : StateKind.SecondMoment;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states)
    {
        Moments.Update(gradient, ref states);
        return Moments.Direction(states);
    }
}
