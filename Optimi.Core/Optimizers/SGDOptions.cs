using Optimi.Kernels;

namespace Optimi;

/// <summary>The options of <see cref="SGD"/>.</summary>
public sealed record SGDOptions : RuleOptions<SGDRule<ScalarLane>>, IMomentumOptions
{
    /// <summary>μ: how much of the last direction is kept; at least 0, below 1. Default 0, which needs no state.</summary>
    public double Momentum { get; init; }

    /// <summary>Whether the gradient enters the momentum as (1 - μ) g. Default false. Without momentum it means nothing.</summary>
    public bool Dampening { get; init; }

    /// <summary>Whether the momentum starts as the first gradient, as PyTorch's does, rather than as 0; with dampening only.
    /// Default false.</summary>
    public bool TorchInit { get; init; }

    /// <summary>Whether weight decay acts on the parameter rather than on the gradient (L2). Default false.</summary>
    public bool DecoupleWd { get; init; }

    /// <inheritdoc/>
    OptimizerOptions IMomentumOptions.WithMomentum(double momentum) => this with { Momentum = momentum };

    /// <inheritdoc/>
    protected override bool DecouplesDecay => DecoupleWd;

    /// <inheritdoc/>
    public override DType? StateDTypeOf(int state, DType parameter, bool compensated) =>
        Momentum > 0 ? base.StateDTypeOf(state, parameter, compensated) : null;

    /// <inheritdoc/>
    public override SGDRule<ScalarLane> Rule(in StepContext step) => new()
    {
        Momentum = (ScalarLane)Momentum,
        Gain = (ScalarLane)(Dampening ? 1 - Momentum : 1),
        StartsFromGradient = TorchInit && Dampening ? 1 : 0,
    };

    /// <inheritdoc/>
    protected internal override OptimizerOptions SaveOrRestore(OptionValues values)
    {
        double momentum = values.Number("momentum", Momentum);
        return (SGDOptions)base.SaveOrRestore(values) with
        {
            Momentum = momentum,
            // In PyTorch it is the number that is taken from 1.
            Dampening = values.Convention == StateConvention.PyTorch
                ? IsDampened(values.Number("dampening", Dampening ? momentum : 0), momentum)
                : values.Flag("dampening", Dampening),
            TorchInit = values.Flag("torch_init", TorchInit),
            DecoupleWd = values.Flag("decouple_wd", DecoupleWd),
        };
    }

    private static bool IsDampened(double dampening, double momentum) => dampening == 0 || dampening == momentum
        ? dampening != 0
        : throw new OptionException(FormattableString.Invariant(
            $"The dampening was saved as {dampening}, but it can only be 0 or as large as the momentum, {momentum}."));

    /// <inheritdoc/>
    protected internal override string TorchName(string state) => state == StateName.ExpAvg ? "momentum_buffer" : state;

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Guard.MovingAverage(Momentum, nameof(Momentum));
    }
}
