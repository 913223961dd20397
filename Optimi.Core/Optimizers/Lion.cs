using System.Diagnostics.CodeAnalysis;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Lion: steps of equal size, by the sign of the momentum.</summary>
/// <remarks>Chen et al., <see href="https://arxiv.org/abs/2302.06675">Symbolic Discovery of Optimization Algorithms</see>.</remarks>
[RequiresDynamicCode(CodeNeeds.ClosedTypes)]
public sealed class Lion : Optimizer<LionRule<ScalarLane>>
{
    /// <summary>Creates an optimizer with one group; see <see cref="LionOptions"/> for what the arguments mean.</summary>
    /// <param name="parameters">The parameters: a whole <see cref="ParameterBuffer"/> or some of it; at least one.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="weightDecay">Weight decay.</param>
    /// <param name="decoupleLr">Whether weight decay is independent of the learning rate.</param>
    /// <param name="maxLr">The highest learning rate of the schedule, for <paramref name="decoupleLr"/>.</param>
    /// <param name="kahan">Kahan summation; null for automatic.</param>
    /// <exception cref="ParameterException">There is no parameter, or one is named twice.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have.</exception>
    public Lion(
        IEnumerable<Parameter> parameters,
        double lr,
        double beta1 = 0.9,
        double beta2 = 0.99,
        double weightDecay = 0,
        bool decoupleLr = false,
        double? maxLr = null,
        bool? kahan = null)
        : this(parameters, new LionOptions
        {
            Lr = lr,
            Beta1 = beta1,
            Beta2 = beta2,
            WeightDecay = weightDecay,
            DecoupleLr = decoupleLr,
            MaxLr = maxLr,
            Kahan = kahan,
        })
    {
    }

    /// <inheritdoc/>
    public Lion(IEnumerable<Parameter> parameters, RuleOptions<LionRule<ScalarLane>> options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    public Lion(params IReadOnlyList<ParameterGroup> groups)
        : base(groups)
    {
    }
}
