using static TorchSharp.torch.autograd;

namespace Optimi.TorchSharp;

/// <summary>The identity, whose backward pass steps the parameter and passes no gradient on.</summary>
internal sealed class ReleasedParameter : SingleTensorFunction<ReleasedParameter>
{
    private const string Owner = nameof(Owner);
    private const string Stepped = nameof(Stepped);

    public override string Name => nameof(ReleasedParameter);

    public override Tensor forward(AutogradContext ctx, params object[] vars)
    {
        ctx.save_data(Owner, vars[1]);
        ctx.save_data(Stepped, vars[2]);
        return ((Tensor)vars[0]).alias();
    }

    public override List<Tensor?> backward(AutogradContext ctx, Tensor grad_output)
    {
        ((FusedOptimizer)ctx.get_data(Owner)).StepReleased((FusedTensor)ctx.get_data(Stepped), grad_output);
        // Its memory is to serve the next layer's gradient now, not when it is collected.
        grad_output.Dispose();
        return [null, null, null];
    }
}
