using Optimi.Kernels;
using static TorchSharp.torch.optim;

namespace Optimi.TorchSharp;

/// <summary>AdamW, in place of <c>torch.optim.AdamW</c>: its arguments and defaults, its groups.</summary>
public sealed class FusedAdamW : FusedOptimizer<TorchAdamW.Options, AdamWOptions, AdamRule<ScalarLane>>, IBetas
{
    /// <summary>Creates an optimizer with one group.</summary>
    /// <param name="parameters">What is stepped: <c>model.parameters()</c>; or <c>model.named_parameters()</c>, for errors and checkpoints that
    /// name parameters; or groups, whose own options come before the other arguments.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">β₁: of the gradient's moving average.</param>
    /// <param name="beta2">β₂: of the squared gradient's moving average.</param>
    /// <param name="eps">ε: added to the root of the squared gradient's average.</param>
    /// <param name="weight_decay">Weight decay, decoupled. Default 0, as TorchSharp has it; Optimi's and PyTorch's is 1e-2.</param>
    /// <param name="amsgrad">Not supported; must be false.</param>
    /// <param name="maximize">Whether steps go up the gradient.</param>
    /// <param name="kahan">Kahan summation; null for automatic: on for parameters stored in less than float32.</param>
    /// <param name="configure">Called for each group with its options, to set what has no argument: <c>options => options with { ... }</c>.</param>
    /// <exception cref="ParameterException">There is no parameter, one is given twice, or one cannot be stepped where it lies.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have, or is not supported.</exception>
    public FusedAdamW(
        IEnumerable<TorchParameter> parameters,
        double lr = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double eps = 1e-8,
        double weight_decay = 0,
        bool amsgrad = false,
        bool maximize = false,
        bool? kahan = null,
        Func<AdamWOptions, AdamWOptions>? configure = null)
        : this([new TorchAdamW.ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize, kahan, configure)
    {
    }

    /// <summary>Creates an optimizer with one group, whose parameters have names for errors and checkpoints.</summary>
    /// <inheritdoc cref="FusedAdamW(IEnumerable{TorchParameter}, double, double, double, double, double, bool, bool, bool?, Func{AdamWOptions, AdamWOptions})" path="/*[not(self::summary)]"/>
    public FusedAdamW(
        IEnumerable<(string name, TorchParameter parameter)> parameters,
        double lr = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double eps = 1e-8,
        double weight_decay = 0,
        bool amsgrad = false,
        bool maximize = false,
        bool? kahan = null,
        Func<AdamWOptions, AdamWOptions>? configure = null)
        : this([new TorchAdamW.ParamGroup { Parameters = new NamedParameters(parameters) }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize, kahan, configure)
    {
    }

    /// <summary>Creates an optimizer with groups, of TorchSharp's own type.</summary>
    /// <inheritdoc cref="FusedAdamW(IEnumerable{TorchParameter}, double, double, double, double, double, bool, bool, bool?, Func{AdamWOptions, AdamWOptions})" path="/*[not(self::summary)]"/>
    public FusedAdamW(
        IEnumerable<TorchAdamW.ParamGroup> parameters,
        double lr = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double eps = 1e-8,
        double weight_decay = 0,
        bool amsgrad = false,
        bool maximize = false,
        bool? kahan = null,
        Func<AdamWOptions, AdamWOptions>? configure = null)
        : base(
            new TorchAdamW.Options
            {
                LearningRate = lr,
                beta1 = beta1,
                beta2 = beta2,
                eps = eps,
                weight_decay = weight_decay,
                amsgrad = amsgrad,
                maximize = maximize,
            },
            new AdamWOptions { Lr = lr, Kahan = kahan },
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

    private protected override StateForm Form { get; } = new MomentForm<TorchAdamW.State>(
        nameof(AdamW),
        (parameter, steps, first, second) => new(parameter) { step = steps, exp_avg = first, exp_avg_sq = second },
        state => (state.step, state.exp_avg, state.exp_avg_sq));

    private protected override void Complete(TorchAdamW.Options options)
    {
        options.beta1 ??= Defaults.beta1;
        options.beta2 ??= Defaults.beta2;
        options.eps ??= Defaults.eps;
        options.weight_decay ??= Defaults.weight_decay;
        options.amsgrad ??= Defaults.amsgrad;
        options.maximize ??= Defaults.maximize;
    }

    private protected override bool Agree(TorchAdamW.Options options, AdamWOptions current)
    {
        if (options.amsgrad == true)
            throw new OptionException("amsgrad is true, which is not supported; set it to false, or use TorchSharp's optimizer.");
        return options.beta1 == current.Beta1 && options.beta2 == current.Beta2 && options.eps == current.Epsilon
            && options.weight_decay == current.WeightDecay && options.maximize == current.Maximize;
    }

    private protected override AdamWOptions Translate(TorchAdamW.Options options, AdamWOptions current) => current with
    {
        Beta1 = options.beta1!.Value,
        Beta2 = options.beta2!.Value,
        Epsilon = options.eps!.Value,
        WeightDecay = options.weight_decay!.Value,
        Maximize = options.maximize!.Value,
    };

    private protected override void Keep(TorchAdamW.Options options, AdamWOptions current)
    {
        options.beta1 = current.Beta1;
        options.beta2 = current.Beta2;
        options.eps = current.Epsilon;
        options.weight_decay = current.WeightDecay;
        options.maximize = current.Maximize;
    }

    private protected override Optimizer<AdamRule<ScalarLane>> Make(ParameterGroup group) => new AdamW(group);
}
