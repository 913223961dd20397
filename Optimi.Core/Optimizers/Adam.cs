using System.Diagnostics.CodeAnalysis;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Adam. Weight decay is an L2 penalty on the gradient unless it is decoupled.</summary>
/// <remarks>Kingma, Ba, <see href="https://arxiv.org/abs/1412.6980">Adam: A Method for Stochastic Optimization</see>.</remarks>
[RequiresDynamicCode(CodeNeeds.ClosedTypes)]
public sealed class Adam : Optimizer<AdamRule<ScalarLane>>
{
    /// <summary>Creates an optimizer with one group; see <see cref="AdamOptions"/> for what the arguments mean.</summary>
    /// <param name="parameters">The parameters: a whole <see cref="ParameterBuffer"/> or some of it; at least one.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">Weight decay.</param>
    /// <param name="decoupleWd">Whether weight decay acts on the parameter rather than on the gradient.</param>
    /// <param name="decoupleLr">Whether weight decay is independent of the learning rate.</param>
    /// <param name="maxLr">The highest learning rate of the schedule, for <paramref name="decoupleLr"/>.</param>
    /// <param name="kahan">Kahan summation; null for automatic.</param>
    /// <exception cref="ParameterException">There is no parameter, or one is named twice.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have.</exception>
    public Adam(
        IEnumerable<Parameter> parameters,
        double lr,
        double beta1 = 0.9,
        double beta2 = 0.99,
        double epsilon = 1e-6,
        double weightDecay = 0,
        bool decoupleWd = false,
        bool decoupleLr = false,
        double? maxLr = null,
        bool? kahan = null)
        : this(parameters, new AdamOptions
        {
            Lr = lr,
            Beta1 = beta1,
            Beta2 = beta2,
            Epsilon = epsilon,
            WeightDecay = weightDecay,
            DecoupleWd = decoupleWd,
            DecoupleLr = decoupleLr,
            MaxLr = maxLr,
            Kahan = kahan,
        })
    {
    }

    /// <inheritdoc/>
    public Adam(IEnumerable<Parameter> parameters, RuleOptions<AdamRule<ScalarLane>> options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    public Adam(params IReadOnlyList<ParameterGroup> groups)
        : base(groups)
    {
    }
}
