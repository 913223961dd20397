namespace Optimi.Kernels;

/// <summary>
/// An optimizer's update rule: from a parameter and its gradient to new states and the direction of the update. Written once,
/// it runs on every device.
/// </summary>
/// <remarks>
/// A rule is a public struct, generic over its register alone, whose fields are the scalars of a step, each a
/// <typeparamref name="TLane"/>, and nothing else. It may use the operations of <see cref="ILane{TSelf}"/>, branches on
/// compile-time constants, and helper methods that are generic over the register in the same way. What it may not do: allocate,
/// call other methods, keep anything outside the states. Mark <see cref="Step"/> with
/// <see cref="System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining"/>: a call in the host's loop costs a factor
/// of three.
/// </remarks>
/// <typeparam name="TSelf">The implementing struct, with <typeparamref name="TLane"/> as its only type argument.</typeparam>
/// <typeparam name="TLane">The register.</typeparam>
public interface IUpdateRule<TSelf, TLane>
    where TSelf : unmanaged, IUpdateRule<TSelf, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>The names of the states, at most four; each is stored once per parameter number and starts as zero.</summary>
    static abstract IReadOnlyList<string> StateNames { get; }

    /// <summary>What a state is: from it follows how it is stored where states are compressed. Default: any numbers with a sign.</summary>
    /// <param name="state">Its place in <see cref="StateNames"/>.</param>
    static virtual StateKind KindOf(int state) => StateKind.Signed;

    /// <summary>Whether the states of a parameter start from its first gradient (see <see cref="Begin"/>).</summary>
    static virtual bool Begins => false;

    /// <summary>
    /// Whether the rule keeps slow weights, which the parameter meets from time to time (see <see cref="SlowWeights"/>). The state that
    /// holds them is to be named <see cref="StateName.LaParam"/>: when a parameter's values are set, it is set to them.
    /// </summary>
    static virtual bool LooksAhead => false;

    /// <summary>
    /// Gives the states of a parameter's first step their starting values, which are rounded to their storage before
    /// <see cref="Step"/> sees them. Used only if <see cref="Begins"/>.
    /// </summary>
    /// <param name="rule">The rule.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">Its gradient, with weight decay in it unless that is decoupled.</param>
    /// <param name="states">Its states: zero on entry.</param>
    static virtual void Begin(in TSelf rule, TLane parameter, TLane gradient, ref States<TLane> states)
    {
    }

    /// <summary>Not 0 in a step in which the parameter meets its slow weights. Used only if <see cref="LooksAhead"/>.</summary>
    /// <param name="rule">The rule.</param>
    static virtual TLane MeetsSlowWeights(in TSelf rule) => default;

    /// <summary>
    /// Where parameter and slow weights meet; kept in the states, if they do meet in this step. Used only if
    /// <see cref="LooksAhead"/>.
    /// </summary>
    /// <param name="rule">The rule.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="compensation">What the parameter lacks of its exact value.</param>
    /// <param name="states">Its states.</param>
    static virtual TLane SlowWeights(in TSelf rule, TLane parameter, TLane compensation, ref States<TLane> states) =>
        parameter + compensation;

    /// <summary>
    /// Whether the update depends on a mean over the whole tensor. A step then is two passes over memory: <see cref="Measure"/>
    /// updates the states, and <see cref="Step"/>, which changes none and is given no gradient, finds the direction from them as
    /// they are stored; <see cref="Scalars"/> takes the place of what the options say of scale and decay. Not to be combined with
    /// <see cref="LooksAhead"/>.
    /// </summary>
    static virtual bool Measures => false;

    /// <summary>The first pass of a rule that measures: updates the states. Used only if <see cref="Measures"/>.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="gradient">The gradient.</param>
    /// <param name="states">The parameter's states.</param>
    /// <returns>What is measured of the parameter.</returns>
    static virtual TLane Measure(in TSelf rule, TLane gradient, ref States<TLane> states) => default;

    /// <summary>How a tensor's update is applied. Used only if <see cref="Measures"/>.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="mean">The mean over the tensor of what was measured, summed up pairwise in the same order on every device.</param>
    /// <remarks>
    /// One NaN in a gradient makes the mean NaN, and stays in the states. So that it costs one number and not the whole tensor, let
    /// <see cref="Measure"/> hand it on, and pass the mean through <see cref="ILane{TSelf}.Max"/> as the first argument: then the
    /// second one, the value for "nothing to correct", holds. In the other order the NaN would win.
    /// </remarks>
    static virtual MeasuredScalars<TLane> Scalars(in TSelf rule, TLane mean) => default;

    /// <summary>One step: updates the states and returns the direction x of the update p + s x.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">Its gradient, with weight decay in it unless that is decoupled.</param>
    /// <param name="states">Its states.</param>
    /// <returns>The direction; the scale s, most often -lr, is the options' to give.</returns>
    TLane Step(TLane parameter, TLane gradient, ref States<TLane> states);
}
