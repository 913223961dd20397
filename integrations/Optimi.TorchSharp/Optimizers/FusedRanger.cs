using Optimi.Kernels;
using static TorchSharp.torch.optim;

namespace Optimi.TorchSharp;

/// <summary>Ranger: RAdam with lookahead. TorchSharp has none.</summary>
public sealed class FusedRanger : FusedRecordOptimizer<RangerOptions, RangerRule<ScalarLane>>, IBetas
{
    /// <summary>Creates an optimizer with one group.</summary>
    /// <param name="parameters">What is stepped: <c>model.parameters()</c>; or <c>model.named_parameters()</c>, for errors and checkpoints that
    /// name parameters; or groups, whose own options come before the other arguments.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">β₁: of the gradient's moving average.</param>
    /// <param name="beta2">β₂: of the squared gradient's moving average.</param>
    /// <param name="eps">ε: added to the root of the squared gradient's average.</param>
    /// <param name="weight_decay">Weight decay, decoupled.</param>
    /// <param name="k">Every how many steps parameters meet their slow weights.</param>
    /// <param name="alpha">How far the slow weights follow.</param>
    /// <param name="maximize">Whether steps go up the gradient.</param>
    /// <param name="kahan">Kahan summation; null for automatic: on for parameters stored in less than float32.</param>
    /// <param name="configure">Called for each group with its options, to set what has no argument: <c>options => options with { ... }</c>.</param>
    /// <exception cref="ParameterException">There is no parameter, one is given twice, or one cannot be stepped where it lies.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have, or is not supported.</exception>
    public FusedRanger(
        IEnumerable<TorchParameter> parameters,
        double lr = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.99,
        double eps = 1e-6,
        double weight_decay = 0,
        int k = 6,
        double alpha = 0.5,
        bool maximize = false,
        bool? kahan = null,
        Func<RangerOptions, RangerOptions>? configure = null)
        : this([new FusedParamGroup<RangerOptions> { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, k, alpha, maximize, kahan, configure)
    {
    }

    /// <summary>Creates an optimizer with one group, whose parameters have names for errors and checkpoints.</summary>
    /// <inheritdoc cref="FusedRanger(IEnumerable{TorchParameter}, double, double, double, double, double, int, double, bool, bool?, Func{RangerOptions, RangerOptions})" path="/*[not(self::summary)]"/>
    public FusedRanger(
        IEnumerable<(string name, TorchParameter parameter)> parameters,
        double lr = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.99,
        double eps = 1e-6,
        double weight_decay = 0,
        int k = 6,
        double alpha = 0.5,
        bool maximize = false,
        bool? kahan = null,
        Func<RangerOptions, RangerOptions>? configure = null)
        : this([new FusedParamGroup<RangerOptions> { Parameters = new NamedParameters(parameters) }], lr, beta1, beta2, eps, weight_decay, k, alpha, maximize, kahan, configure)
    {
    }

    /// <summary>Creates an optimizer with groups.</summary>
    /// <inheritdoc cref="FusedRanger(IEnumerable{TorchParameter}, double, double, double, double, double, int, double, bool, bool?, Func{RangerOptions, RangerOptions})" path="/*[not(self::summary)]"/>
    public FusedRanger(
        IEnumerable<FusedParamGroup<RangerOptions>> parameters,
        double lr = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.99,
        double eps = 1e-6,
        double weight_decay = 0,
        int k = 6,
        double alpha = 0.5,
        bool maximize = false,
        bool? kahan = null,
        Func<RangerOptions, RangerOptions>? configure = null)
        : base(
            new RangerOptions
            {
                Lr = lr,
                Beta1 = beta1,
                Beta2 = beta2,
                Epsilon = eps,
                WeightDecay = weight_decay,
                Interval = k,
                Alpha = alpha,
                Maximize = maximize,
                Kahan = kahan,
            },
            configure)
    {
        AddGroups(parameters);
    }

    /// <summary>The betas of groups that are added and leave their options open. Schedulers set those of each group.</summary>
    public (double, double) Betas
    {
        get => Defaults.Betas;
        set => Defaults.Betas = value;
    }

    private protected override Optimizer<RangerRule<ScalarLane>> Make(ParameterGroup group) => new Ranger(group);
}
