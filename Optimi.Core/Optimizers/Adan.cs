using System.Diagnostics.CodeAnalysis;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Adan: adaptive Nesterov momentum.</summary>
/// <remarks>Xie et al., <see href="https://arxiv.org/abs/2208.06677">Adan: Adaptive Nesterov Momentum Algorithm for Faster Optimizing
/// Deep Models</see>.</remarks>
[RequiresDynamicCode(CodeNeeds.ClosedTypes)]
public sealed class Adan : Optimizer<AdanRule<ScalarLane>>
{
    /// <summary>Creates an optimizer with one group; see <see cref="AdanOptions"/> for what the arguments mean.</summary>
    /// <param name="parameters">The parameters: a whole <see cref="ParameterBuffer"/> or some of it; at least one.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="beta3">β₃.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">Weight decay.</param>
    /// <param name="adamWd">Whether weight decay comes before the update rather than after it.</param>
    /// <param name="decoupleLr">Whether weight decay is independent of the learning rate.</param>
    /// <param name="maxLr">The highest learning rate of the schedule, for <paramref name="decoupleLr"/>.</param>
    /// <param name="kahan">Kahan summation; null for off.</param>
    /// <exception cref="ParameterException">There is no parameter, or one is named twice.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have.</exception>
    public Adan(
        IEnumerable<Parameter> parameters,
        double lr,
        double beta1 = 0.98,
        double beta2 = 0.92,
        double beta3 = 0.99,
        double epsilon = 1e-6,
        double weightDecay = 2e-2,
        bool adamWd = false,
        bool decoupleLr = false,
        double? maxLr = null,
        bool? kahan = null)
        : this(parameters, new AdanOptions
        {
            Lr = lr,
            Beta1 = beta1,
            Beta2 = beta2,
            Beta3 = beta3,
            Epsilon = epsilon,
            WeightDecay = weightDecay,
            AdamWd = adamWd,
            DecoupleLr = decoupleLr,
            MaxLr = maxLr,
            Kahan = kahan,
        })
    {
    }

    /// <inheritdoc/>
    public Adan(IEnumerable<Parameter> parameters, RuleOptions<AdanRule<ScalarLane>> options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    public Adan(params IReadOnlyList<ParameterGroup> groups)
        : base(groups)
    {
    }
}
