using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary><c>p = i ((1 - d) p + s x)</c>, rounded to the parameter's storage.</summary>
/// <typeparam name="TLane">The register.</typeparam>
internal struct PlainApply<TLane> : IApply<PlainApply<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>s.</summary>
    public TLane Scale;

    /// <summary>1 - d.</summary>
    public TLane Keep;

    /// <summary>i.</summary>
    public TLane Shrink;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainApply<TLane> From(in UpdateScalars scalars) => new()
    {
        Scale = TLane.Splat((float)scalars.Scale),
        Keep = TLane.Splat((float)(1 - scalars.Decay)),
        Shrink = TLane.Splat((float)scalars.Shrink),
    };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PlainApply<TLane> From(in MeasuredScalars<TLane> scalars) => new()
    {
        Scale = scalars.Scale,
        Keep = TLane.Splat(1) - scalars.Decay,
        Shrink = TLane.Splat(1),
    };

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Update<TWeights, TRule, TPass>(
        in TRule rule, ref TLane parameter, ref TLane compensation, TLane direction, ref States<TLane> states, TLane dither)
        where TWeights : IWeights
        where TRule : unmanaged, IUpdateRule<TRule, TLane>
        where TPass : IPass
    {
        TLane y = parameter;
        if (TPass.MayDecay)
            y *= Keep;
        y = TLane.MultiplyAdd(Scale, direction, y);
        if (TPass.MayShrink)
            y *= Shrink;
        if (TRule.LooksAhead && TPass.MayMeet)
            y = TLane.Choose(TRule.MeetsSlowWeights(rule), TRule.SlowWeights(rule, y, default, ref states), y);
        parameter = TWeights.Round(y, dither);
    }
}
