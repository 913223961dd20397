namespace Optimi.TorchSharp;

/// <summary>The states of TorchSharp's SGD, which does not count steps.</summary>
internal sealed class SgdForm : StateForm
{
    private const string Momentum = "momentum_buffer";

    public override string TorchName => nameof(SGD);

    public override TorchState New(TorchParameter parameter, torch.ScalarType dtype) => new TorchSGD.State(parameter);

    public override TorchState Pack(TorchParameter parameter, RawState state) => new TorchSGD.State(parameter)
    {
        momentum_buffer = state.Steps > 0 ? state.Tensors.GetValueOrDefault(Momentum) : null,
    };

    public override RawState? Unpack(TorchState state) => state is TorchSGD.State momentum
        ? momentum.momentum_buffer is null
            ? new RawState(0, new Dictionary<string, Tensor>())
            : new RawState(null, new Dictionary<string, Tensor> { [Momentum] = momentum.momentum_buffer })
        : null;
}
