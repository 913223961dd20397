namespace Optimi.TorchSharp;

/// <summary>The states of optimizers that TorchSharp does not have.</summary>
internal sealed class FusedForm : StateForm
{
    public override string? TorchName => null;

    public override TorchState New(TorchParameter parameter, torch.ScalarType dtype) =>
        new FusedState(parameter, new RawState(0, new Dictionary<string, Tensor>()));

    public override TorchState Pack(TorchParameter parameter, RawState state) => new FusedState(parameter, state);

    public override RawState? Unpack(TorchState state) => (state as FusedState)?.Raw;
}
