using System.Diagnostics.CodeAnalysis;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Ranger: RAdam with lookahead.</summary>
/// <remarks>Zhang et al., <see href="https://arxiv.org/abs/1907.08610">Lookahead Optimizer: k steps forward, 1 step back</see>.</remarks>
[RequiresDynamicCode(CodeNeeds.ClosedTypes)]
public sealed class Ranger : Optimizer<RangerRule<ScalarLane>>
{
    /// <summary>Creates an optimizer with one group; see <see cref="RangerOptions"/> for what the arguments mean.</summary>
    /// <param name="parameters">The parameters: a whole <see cref="ParameterBuffer"/> or some of it; at least one.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">Weight decay.</param>
    /// <param name="interval">k.</param>
    /// <param name="alpha">α.</param>
    /// <param name="decoupleWd">Whether weight decay acts on the parameter rather than on the gradient.</param>
    /// <param name="decoupleLr">Whether weight decay is independent of the learning rate.</param>
    /// <param name="maxLr">The highest learning rate of the schedule, for <paramref name="decoupleLr"/>.</param>
    /// <param name="kahan">Kahan summation; null for automatic.</param>
    /// <exception cref="ParameterException">There is no parameter, or one is named twice.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have.</exception>
    public Ranger(
        IEnumerable<Parameter> parameters,
        double lr,
        double beta1 = 0.9,
        double beta2 = 0.99,
        double epsilon = 1e-6,
        double weightDecay = 0,
        int interval = 6,
        double alpha = 0.5,
        bool decoupleWd = true,
        bool decoupleLr = false,
        double? maxLr = null,
        bool? kahan = null)
        : this(parameters, new RangerOptions
        {
            Lr = lr,
            Beta1 = beta1,
            Beta2 = beta2,
            Epsilon = epsilon,
            WeightDecay = weightDecay,
            Interval = interval,
            Alpha = alpha,
            DecoupleWd = decoupleWd,
            DecoupleLr = decoupleLr,
            MaxLr = maxLr,
            Kahan = kahan,
        })
    {
    }

    /// <inheritdoc/>
    public Ranger(IEnumerable<Parameter> parameters, RuleOptions<RangerRule<ScalarLane>> options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    public Ranger(params IReadOnlyList<ParameterGroup> groups)
        : base(groups)
    {
    }
}
