namespace Optimi.Kernels;

/// <summary>How a direction becomes the new parameter: the last part of every rule, written once for all.</summary>
/// <typeparam name="TSelf">The implementing struct.</typeparam>
/// <typeparam name="TLane">The register.</typeparam>
internal interface IApply<TSelf, TLane>
    where TSelf : unmanaged, IApply<TSelf, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>The scalars, each rounded once to float32.</summary>
    /// <param name="scalars">The scalars in float64.</param>
    static abstract TSelf From(in UpdateScalars scalars);

    /// <summary>The scalars of one tensor, from what was measured of it.</summary>
    /// <param name="scalars">The scalars in float32.</param>
    static abstract TSelf From(in MeasuredScalars<TLane> scalars);

    /// <summary>Applies a direction.</summary>
    /// <typeparam name="TWeights">How parameters are kept.</typeparam>
    /// <typeparam name="TRule">The update rule.</typeparam>
    /// <typeparam name="TPass">What is done of the step.</typeparam>
    /// <param name="rule">The rule: it may have slow weights for the parameter to meet.</param>
    /// <param name="parameter">p; on return rounded to its storage.</param>
    /// <param name="compensation">k, if it is kept.</param>
    /// <param name="direction">x.</param>
    /// <param name="states">The rule's states. Changes are kept only if the rule looks ahead.</param>
    /// <param name="dither">The bits that decide how it is rounded, where weights are dithered.</param>
    void Update<TWeights, TRule, TPass>(
        in TRule rule, ref TLane parameter, ref TLane compensation, TLane direction, ref States<TLane> states, TLane dither)
        where TWeights : IWeights
        where TRule : unmanaged, IUpdateRule<TRule, TLane>
        where TPass : IPass;
}
