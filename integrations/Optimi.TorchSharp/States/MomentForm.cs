using Optimi.Kernels;

namespace Optimi.TorchSharp;

/// <summary>The states of TorchSharp's optimizers with two moments, whose types are alike and have no base that says so.</summary>
/// <typeparam name="TState">The states' type.</typeparam>
/// <param name="torchName">What TorchSharp calls the optimizer.</param>
/// <param name="make">Makes a parameter's state of its steps and both moments.</param>
/// <param name="read">Steps and moments of a state.</param>
internal sealed class MomentForm<TState>(
    string torchName,
    Func<TorchParameter, long, Tensor, Tensor, TState> make,
    Func<TState, (long Steps, Tensor First, Tensor Second)> read) : StateForm
    where TState : TorchState
{
    public override string TorchName => torchName;

    public override TorchState New(TorchParameter parameter, torch.ScalarType dtype) =>
        make(parameter, 0, Zeros(parameter, dtype), Zeros(parameter, dtype));

    public override TorchState Pack(TorchParameter parameter, RawState state) =>
        make(parameter, state.Steps ?? 0, state.Tensors[StateName.ExpAvg], state.Tensors[StateName.ExpAvgSq]);

    public override RawState? Unpack(TorchState state)
    {
        if (state is not TState moments)
            return null;
        (long steps, Tensor first, Tensor second) = read(moments);
        return new RawState(steps, new Dictionary<string, Tensor> { [StateName.ExpAvg] = first, [StateName.ExpAvgSq] = second });
    }
}
