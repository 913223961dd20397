using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// The update with Kahan summation: what rounding the parameter loses is kept in a compensation and added the next time.
/// Decay and direction go into the compensation, so that neither is lost for being smaller than half an ulp of the parameter.
/// </summary>
/// <remarks>Kahan, <see href="https://doi.org/10.1145/363707.363723">Further remarks on reducing truncation
/// errors</see>.</remarks>
/// <typeparam name="TLane">The register.</typeparam>
internal struct KahanApply<TLane> : IApply<KahanApply<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>s.</summary>
    public TLane Scale;

    /// <summary>-d.</summary>
    public TLane MinusDecay;

    /// <summary>i.</summary>
    public TLane Shrink;

    /// <summary>i - 1.</summary>
    public TLane ShrinkMinusOne;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KahanApply<TLane> From(in UpdateScalars scalars) => new()
    {
        Scale = TLane.Splat((float)scalars.Scale),
        MinusDecay = TLane.Splat((float)-scalars.Decay),
        Shrink = TLane.Splat((float)scalars.Shrink),
        ShrinkMinusOne = TLane.Splat((float)(scalars.Shrink - 1)),
    };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KahanApply<TLane> From(in MeasuredScalars<TLane> scalars) => new()
    {
        Scale = scalars.Scale,
        MinusDecay = -scalars.Decay,
        Shrink = TLane.Splat(1),
        ShrinkMinusOne = default,
    };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Update<TWeights, TRule, TPass>(
        in TRule rule, ref TLane parameter, ref TLane compensation, TLane direction, ref States<TLane> states, TLane dither)
        where TWeights : IWeights
        where TRule : unmanaged, IUpdateRule<TRule, TLane>
        where TPass : IPass
    {
        TLane p = parameter;
        TLane k = compensation;
        if (TPass.MayDecay)
            k = TLane.Choose(MinusDecay, TLane.MultiplyAdd(MinusDecay, p, k), k);
        k = TLane.MultiplyAdd(Scale, direction, k);
        if (TPass.MayShrink)
            k = TLane.Choose(ShrinkMinusOne, TLane.MultiplyAdd(Shrink, k, ShrinkMinusOne * p), k);
        TLane next = TWeights.Round(p + k, dither);
        TLane lost = k + (p - next);
        if (TRule.LooksAhead && TPass.MayMeet)
        {
            TLane meets = TRule.MeetsSlowWeights(rule);
            TLane slow = TRule.SlowWeights(rule, p, k, ref states);
            next = TLane.Choose(meets, TWeights.Round(slow, dither), next);
            lost = TLane.Choose(meets, slow - next, lost);
        }

        parameter = next;
        compensation = lost;
    }
}
