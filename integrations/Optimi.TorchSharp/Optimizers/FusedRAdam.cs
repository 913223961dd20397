using Optimi.Kernels;
using static TorchSharp.torch.optim;

namespace Optimi.TorchSharp;

/// <summary>RAdam, in place of <c>torch.optim.RAdam</c>: its arguments and defaults, its groups.</summary>
/// <remarks>The rule is the paper's and PyTorch's. TorchSharp 0.107 multiplies rectified steps by the learning rate twice, and so makes smaller ones.</remarks>
public sealed class FusedRAdam : FusedOptimizer<TorchRAdam.Options, RAdamOptions, RAdamRule<ScalarLane>>, IBetas
{
    /// <summary>Creates an optimizer with one group.</summary>
    /// <param name="parameters">What is stepped: <c>model.parameters()</c>; or <c>model.named_parameters()</c>, for errors and checkpoints that
    /// name parameters; or groups, whose own options come before the other arguments.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">β₁: of the gradient's moving average.</param>
    /// <param name="beta2">β₂: of the squared gradient's moving average.</param>
    /// <param name="eps">ε: added to the root of the squared gradient's average.</param>
    /// <param name="weight_decay">Weight decay, in the gradient (L2).</param>
    /// <param name="kahan">Kahan summation; null for automatic: on for parameters stored in less than float32.</param>
    /// <param name="configure">Called for each group with its options, to set what has no argument: <c>options => options with { ... }</c>.</param>
    /// <exception cref="ParameterException">There is no parameter, one is given twice, or one cannot be stepped where it lies.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have, or is not supported.</exception>
    public FusedRAdam(
        IEnumerable<TorchParameter> parameters,
        double lr = 2e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double eps = 1e-8,
        double weight_decay = 0,
        bool? kahan = null,
        Func<RAdamOptions, RAdamOptions>? configure = null)
        : this([new TorchRAdam.ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, kahan, configure)
    {
    }

    /// <summary>Creates an optimizer with one group, whose parameters have names for errors and checkpoints.</summary>
    /// <inheritdoc cref="FusedRAdam(IEnumerable{TorchParameter}, double, double, double, double, double, bool?, Func{RAdamOptions, RAdamOptions})" path="/*[not(self::summary)]"/>
    public FusedRAdam(
        IEnumerable<(string name, TorchParameter parameter)> parameters,
        double lr = 2e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double eps = 1e-8,
        double weight_decay = 0,
        bool? kahan = null,
        Func<RAdamOptions, RAdamOptions>? configure = null)
        : this([new TorchRAdam.ParamGroup { Parameters = new NamedParameters(parameters) }], lr, beta1, beta2, eps, weight_decay, kahan, configure)
    {
    }

    /// <summary>Creates an optimizer with groups, of TorchSharp's own type.</summary>
    /// <inheritdoc cref="FusedRAdam(IEnumerable{TorchParameter}, double, double, double, double, double, bool?, Func{RAdamOptions, RAdamOptions})" path="/*[not(self::summary)]"/>
    public FusedRAdam(
        IEnumerable<TorchRAdam.ParamGroup> parameters,
        double lr = 2e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double eps = 1e-8,
        double weight_decay = 0,
        bool? kahan = null,
        Func<RAdamOptions, RAdamOptions>? configure = null)
        : base(
            new TorchRAdam.Options
            {
                LearningRate = lr,
                beta1 = beta1,
                beta2 = beta2,
                eps = eps,
                weight_decay = weight_decay,
            },
            new RAdamOptions { Lr = lr, Kahan = kahan },
            configure)
    {
        AddGroups(parameters);
    }

    /// <summary>The betas of groups that are added and leave them open. Schedulers set those of each group.</summary>
    public (double, double) Betas
    {
        get => (Defaults.beta1!.Value, Defaults.beta2!.Value);
        set => (Defaults.beta1, Defaults.beta2) = value;
    }

    private protected override StateForm Form { get; } = new MomentForm<TorchRAdam.State>(
        nameof(RAdam),
        (parameter, steps, first, second) => new(parameter) { step = steps, exp_avg = first, exp_avg_sq = second },
        state => (state.step, state.exp_avg, state.exp_avg_sq));

    private protected override void Complete(TorchRAdam.Options options)
    {
        options.beta1 ??= Defaults.beta1;
        options.beta2 ??= Defaults.beta2;
        options.eps ??= Defaults.eps;
        options.weight_decay ??= Defaults.weight_decay;
    }

    private protected override bool Agree(TorchRAdam.Options options, RAdamOptions current)
    {
        return options.beta1 == current.Beta1 && options.beta2 == current.Beta2 && options.eps == current.Epsilon
            && options.weight_decay == current.WeightDecay;
    }

    private protected override RAdamOptions Translate(TorchRAdam.Options options, RAdamOptions current) => current with
    {
        Beta1 = options.beta1!.Value,
        Beta2 = options.beta2!.Value,
        Epsilon = options.eps!.Value,
        WeightDecay = options.weight_decay!.Value,
    };

    private protected override void Keep(TorchRAdam.Options options, RAdamOptions current)
    {
        options.beta1 = current.Beta1;
        options.beta2 = current.Beta2;
        options.eps = current.Epsilon;
        options.weight_decay = current.WeightDecay;
    }

    private protected override Optimizer<RAdamRule<ScalarLane>> Make(ParameterGroup group) => new RAdam(group);
}
