using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// StableAdamW: AdamW with the learning rate of each tensor divided by <c>max(1, RMS)</c>, where RMS is that of the gradient over
/// <c>√v</c>: updates are clipped where the second moment lags behind the gradient.
/// </summary>
/// <remarks>Wortsman et al., <see href="https://arxiv.org/abs/2304.13013">Stable and low-precision training for large-scale
/// vision-language models</see>.</remarks>
/// <typeparam name="TLane">The register.</typeparam>
public struct StableAdamWRule<TLane> : IUpdateRule<StableAdamWRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>The moments.</summary>
    public AdamMoments<TLane> Moments;

    /// <summary>ε², the least that the gradient's square is divided by.</summary>
    public TLane EpsilonSquared;

    /// <summary>The learning rate before it is divided.</summary>
    public TLane Lr;

    /// <summary>The root mean square up to which nothing is divided: 1.</summary>
    public TLane Threshold;

    /// <summary>Weight decay for each unit of the learning rate.</summary>
    public TLane WeightDecay;

    /// <inheritdoc/>
    public static IReadOnlyList<string> StateNames => AdamRule<TLane>.StateNames;

    /// <inheritdoc/>
    public static StateKind KindOf(int state) => AdamRule<TLane>.KindOf(state);

    /// <inheritdoc/>
    public static bool Measures => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Measure(in StableAdamWRule<TLane> rule, TLane gradient, ref States<TLane> states)
    {
        rule.Moments.Update(gradient, ref states);
        // A NaN in v must make the mean NaN, which clips nothing. In the other order Max returns ε², and the tensor's rate is divided
        // by about g/ε.
        return gradient * gradient / TLane.Max(rule.EpsilonSquared, states.Second);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static MeasuredScalars<TLane> Scalars(in StableAdamWRule<TLane> rule, TLane mean)
    {
        TLane lr = rule.Lr / TLane.Max(TLane.Sqrt(mean), rule.Threshold);
        return new(-lr, lr * rule.WeightDecay);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states) => Moments.Direction(states);
}
