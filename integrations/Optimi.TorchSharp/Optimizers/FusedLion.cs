using Optimi.Kernels;
using static TorchSharp.torch.optim;

namespace Optimi.TorchSharp;

/// <summary>Lion: steps of equal size, by the sign of the momentum. TorchSharp has none.</summary>
public sealed class FusedLion : FusedRecordOptimizer<LionOptions, LionRule<ScalarLane>>, IBetas
{
    /// <summary>Creates an optimizer with one group.</summary>
    /// <param name="parameters">What is stepped: <c>model.parameters()</c>; or <c>model.named_parameters()</c>, for errors and checkpoints that
    /// name parameters; or groups, whose own options come before the other arguments.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">β₁: the momentum's share in the direction.</param>
    /// <param name="beta2">β₂: of the momentum's moving average.</param>
    /// <param name="weight_decay">Weight decay, decoupled.</param>
    /// <param name="maximize">Whether steps go up the gradient.</param>
    /// <param name="kahan">Kahan summation; null for automatic: on for parameters stored in less than float32.</param>
    /// <param name="configure">Called for each group with its options, to set what has no argument: <c>options => options with { ... }</c>.</param>
    /// <exception cref="ParameterException">There is no parameter, one is given twice, or one cannot be stepped where it lies.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have, or is not supported.</exception>
    public FusedLion(
        IEnumerable<TorchParameter> parameters,
        double lr = 1e-4,
        double beta1 = 0.9,
        double beta2 = 0.99,
        double weight_decay = 0,
        bool maximize = false,
        bool? kahan = null,
        Func<LionOptions, LionOptions>? configure = null)
        : this([new FusedParamGroup<LionOptions> { Parameters = parameters }], lr, beta1, beta2, weight_decay, maximize, kahan, configure)
    {
    }

    /// <summary>Creates an optimizer with one group, whose parameters have names for errors and checkpoints.</summary>
    /// <inheritdoc cref="FusedLion(IEnumerable{TorchParameter}, double, double, double, double, bool, bool?, Func{LionOptions, LionOptions})" path="/*[not(self::summary)]"/>
    public FusedLion(
        IEnumerable<(string name, TorchParameter parameter)> parameters,
        double lr = 1e-4,
        double beta1 = 0.9,
        double beta2 = 0.99,
        double weight_decay = 0,
        bool maximize = false,
        bool? kahan = null,
        Func<LionOptions, LionOptions>? configure = null)
        : this([new FusedParamGroup<LionOptions> { Parameters = new NamedParameters(parameters) }], lr, beta1, beta2, weight_decay, maximize, kahan, configure)
    {
    }

    /// <summary>Creates an optimizer with groups.</summary>
    /// <inheritdoc cref="FusedLion(IEnumerable{TorchParameter}, double, double, double, double, bool, bool?, Func{LionOptions, LionOptions})" path="/*[not(self::summary)]"/>
    public FusedLion(
        IEnumerable<FusedParamGroup<LionOptions>> parameters,
        double lr = 1e-4,
        double beta1 = 0.9,
        double beta2 = 0.99,
        double weight_decay = 0,
        bool maximize = false,
        bool? kahan = null,
        Func<LionOptions, LionOptions>? configure = null)
        : base(
            new LionOptions
            {
                Lr = lr,
                Beta1 = beta1,
                Beta2 = beta2,
                WeightDecay = weight_decay,
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

    private protected override Optimizer<LionRule<ScalarLane>> Make(ParameterGroup group) => new Lion(group);
}
