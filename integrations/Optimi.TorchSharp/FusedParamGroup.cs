using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace Optimi.TorchSharp;

/// <summary>A group of parameters of an optimizer that TorchSharp does not have.</summary>
/// <typeparam name="TOptions">Optimi's options.</typeparam>
public sealed class FusedParamGroup<TOptions> : ParamGroup<FusedOptions<TOptions>>, IBetas
    where TOptions : OptimizerOptions
{
    /// <summary>A group whose properties are to be set.</summary>
    public FusedParamGroup()
    {
    }

    /// <summary>A group with options of its own.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="options">Optimi's options, the first learning rate among them.</param>
    public FusedParamGroup(IEnumerable<TorchParameter> parameters, TOptions options)
        : base(parameters, new FusedOptions<TOptions>(options))
    {
    }

    /// <summary>β₁ and β₂, which some of TorchSharp's schedulers set.</summary>
    public (double, double) Betas
    {
        get => Options.Betas;
        set => Options.Betas = value;
    }
}
