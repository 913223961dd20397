using Optimi.Kernels;

namespace Optimi.TorchSharp;

/// <summary>The states of TorchSharp's RAdam.</summary>
internal sealed class RAdamForm : StateForm
{
    public override string TorchName => nameof(RAdam);

    public override TorchState New(TorchParameter parameter, torch.ScalarType dtype) =>
        new TorchRAdam.State(parameter) { exp_avg = Zeros(parameter, dtype), exp_avg_sq = Zeros(parameter, dtype) };

    public override TorchState Pack(TorchParameter parameter, RawState state) => new TorchRAdam.State(parameter)
    {
        step = state.Steps ?? 0,
        exp_avg = state.Tensors[StateName.ExpAvg],
        exp_avg_sq = state.Tensors[StateName.ExpAvgSq],
    };

    public override RawState? Unpack(TorchState state) => state is TorchRAdam.State moments
        ? new RawState(moments.step, new Dictionary<string, Tensor>
        {
            [StateName.ExpAvg] = moments.exp_avg,
            [StateName.ExpAvgSq] = moments.exp_avg_sq,
        })
        : null;
}
