using System.Diagnostics.CodeAnalysis;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Stochastic gradient descent, with momentum if wanted.</summary>
[RequiresDynamicCode(CodeNeeds.ClosedTypes)]
public sealed class SGD : Optimizer<SGDRule<ScalarLane>>
{
    /// <summary>Creates an optimizer with one group; see <see cref="SGDOptions"/> for what the arguments mean.</summary>
    /// <param name="parameters">The parameters: a whole <see cref="ParameterBuffer"/> or some of it; at least one.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="momentum">μ.</param>
    /// <param name="weightDecay">Weight decay.</param>
    /// <param name="dampening">Whether the gradient enters the momentum as (1 - μ) g.</param>
    /// <param name="decoupleWd">Whether weight decay acts on the parameter rather than on the gradient.</param>
    /// <param name="decoupleLr">Whether weight decay is independent of the learning rate.</param>
    /// <param name="maxLr">The highest learning rate of the schedule, for <paramref name="decoupleLr"/>.</param>
    /// <param name="torchInit">Whether the momentum starts as the first gradient.</param>
    /// <param name="kahan">Kahan summation; null for automatic.</param>
    /// <exception cref="ParameterException">There is no parameter, or one is named twice.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have.</exception>
    public SGD(
        IEnumerable<Parameter> parameters,
        double lr,
        double momentum = 0,
        double weightDecay = 0,
        bool dampening = false,
        bool decoupleWd = false,
        bool decoupleLr = false,
        double? maxLr = null,
        bool torchInit = false,
        bool? kahan = null)
        : this(parameters, new SGDOptions
        {
            Lr = lr,
            Momentum = momentum,
            WeightDecay = weightDecay,
            Dampening = dampening,
            DecoupleWd = decoupleWd,
            DecoupleLr = decoupleLr,
            MaxLr = maxLr,
            TorchInit = torchInit,
            Kahan = kahan,
        })
    {
    }

    /// <inheritdoc/>
    public SGD(IEnumerable<Parameter> parameters, RuleOptions<SGDRule<ScalarLane>> options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    public SGD(params IReadOnlyList<ParameterGroup> groups)
        : base(groups)
    {
    }
}
