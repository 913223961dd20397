using Optimi.Kernels;

namespace Optimi.TorchSharp;

/// <summary>The states of TorchSharp's Adam.</summary>
internal sealed class AdamForm : StateForm
{
    public override string TorchName => nameof(Adam);

    public override TorchState New(TorchParameter parameter, torch.ScalarType dtype) =>
        new TorchAdam.State(parameter) { exp_avg = Zeros(parameter, dtype), exp_avg_sq = Zeros(parameter, dtype) };

    public override TorchState Pack(TorchParameter parameter, RawState state) => new TorchAdam.State(parameter)
    {
        step = state.Steps ?? 0,
        exp_avg = state.Tensors[StateName.ExpAvg],
        exp_avg_sq = state.Tensors[StateName.ExpAvgSq],
    };

    public override RawState? Unpack(TorchState state) => state is TorchAdam.State moments
        ? new RawState(moments.step, new Dictionary<string, Tensor>
        {
            [StateName.ExpAvg] = moments.exp_avg,
            [StateName.ExpAvgSq] = moments.exp_avg_sq,
        })
        : null;
}
