using Optimi.Kernels;
using static TorchSharp.torch.optim;

namespace Optimi.TorchSharp;

/// <summary>SGD, in place of <c>torch.optim.SGD</c>: its arguments and defaults, its groups.</summary>
/// <remarks>With <c>maximize</c> weight decay still makes parameters smaller, as in PyTorch; TorchSharp 0.107 makes them larger.</remarks>
public sealed class FusedSGD : FusedOptimizer<TorchSGD.Options, SGDOptions, SGDRule<ScalarLane>>, IMomentum
{
    /// <summary>Creates an optimizer with one group.</summary>
    /// <param name="parameters">What is stepped: <c>model.parameters()</c>; or <c>model.named_parameters()</c>, for errors and checkpoints that
    /// name parameters; or groups, whose own options come before the other arguments.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="momentum">μ: how much of the last direction is kept.</param>
    /// <param name="dampening">0, or as large as the momentum.</param>
    /// <param name="weight_decay">Weight decay, in the gradient (L2).</param>
    /// <param name="nesterov">Not supported; must be false.</param>
    /// <param name="maximize">Whether steps go up the gradient.</param>
    /// <param name="kahan">Kahan summation; null for automatic: on for parameters stored in less than float32.</param>
    /// <param name="configure">Called for each group with its options, to set what has no argument: <c>options => options with { ... }</c>.</param>
    /// <exception cref="ParameterException">There is no parameter, one is given twice, or one cannot be stepped where it lies.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have, or is not supported.</exception>
    public FusedSGD(
        IEnumerable<TorchParameter> parameters,
        double lr,
        double momentum = 0,
        double dampening = 0,
        double weight_decay = 0,
        bool nesterov = false,
        bool maximize = false,
        bool? kahan = null,
        Func<SGDOptions, SGDOptions>? configure = null)
        : this([new TorchSGD.ParamGroup { Parameters = parameters }], lr, momentum, dampening, weight_decay, nesterov, maximize, kahan, configure)
    {
    }

    /// <summary>Creates an optimizer with one group, whose parameters have names for errors and checkpoints.</summary>
    /// <inheritdoc cref="FusedSGD(IEnumerable{TorchParameter}, double, double, double, double, bool, bool, bool?, Func{SGDOptions, SGDOptions})" path="/*[not(self::summary)]"/>
    public FusedSGD(
        IEnumerable<(string name, TorchParameter parameter)> parameters,
        double lr,
        double momentum = 0,
        double dampening = 0,
        double weight_decay = 0,
        bool nesterov = false,
        bool maximize = false,
        bool? kahan = null,
        Func<SGDOptions, SGDOptions>? configure = null)
        : this([new TorchSGD.ParamGroup { Parameters = new NamedParameters(parameters) }], lr, momentum, dampening, weight_decay, nesterov, maximize, kahan, configure)
    {
    }

    /// <summary>Creates an optimizer with groups, of TorchSharp's own type.</summary>
    /// <inheritdoc cref="FusedSGD(IEnumerable{TorchParameter}, double, double, double, double, bool, bool, bool?, Func{SGDOptions, SGDOptions})" path="/*[not(self::summary)]"/>
    public FusedSGD(
        IEnumerable<TorchSGD.ParamGroup> parameters,
        double lr,
        double momentum = 0,
        double dampening = 0,
        double weight_decay = 0,
        bool nesterov = false,
        bool maximize = false,
        bool? kahan = null,
        Func<SGDOptions, SGDOptions>? configure = null)
        : base(
            new TorchSGD.Options
            {
                LearningRate = lr,
                momentum = momentum,
                dampening = dampening,
                weight_decay = weight_decay,
                nesterov = nesterov,
                maximize = maximize,
            },
            new SGDOptions { Lr = lr, TorchInit = true, Kahan = kahan },
            configure)
    {
        AddGroups(parameters);
    }

    /// <summary>The momentum of groups that are added and leave it open. Schedulers set that of each group.</summary>
    public double Momentum
    {
        get => Defaults.momentum!.Value;
        set => Defaults.momentum = value;
    }

    private protected override StateForm Form { get; } = new SgdForm();

    private protected override void Complete(TorchSGD.Options options)
    {
        options.momentum ??= Defaults.momentum;
        options.dampening ??= Defaults.dampening;
        options.weight_decay ??= Defaults.weight_decay;
        options.nesterov ??= Defaults.nesterov;
        options.maximize ??= Defaults.maximize;
    }

    private protected override bool Agree(TorchSGD.Options options, SGDOptions current)
    {
        if (options.nesterov == true)
            throw new OptionException("nesterov is true, which is not supported; set it to false, or use TorchSharp's optimizer.");
        if (options.dampening != 0 && options.dampening != options.momentum)
        {
            throw new OptionException(FormattableString.Invariant(
                $"dampening is {options.dampening}, but it can only be 0 or as large as the momentum, {options.momentum}."));
        }

        return options.momentum == current.Momentum && (options.dampening != 0) == current.Dampening
            && options.weight_decay == current.WeightDecay && options.maximize == current.Maximize;
    }

    private protected override SGDOptions Translate(TorchSGD.Options options, SGDOptions current) => current with
    {
        Momentum = options.momentum!.Value,
        Dampening = options.dampening != 0,
        WeightDecay = options.weight_decay!.Value,
        Maximize = options.maximize!.Value,
    };

    private protected override void Keep(TorchSGD.Options options, SGDOptions current)
    {
        options.momentum = current.Momentum;
        options.dampening = current.Dampening ? current.Momentum : 0;
        options.weight_decay = current.WeightDecay;
        options.maximize = current.Maximize;
    }

    private protected override Optimizer<SGDRule<ScalarLane>> Make(ParameterGroup group) => new SGD(group);
}
