namespace Optimi.TorchSharp;

/// <summary>How TorchSharp writes the states of a parameter.</summary>
internal abstract class StateForm
{
    /// <summary>The name of TorchSharp's optimizer of the same kind, whose files can be read; null if there is none.</summary>
    public abstract string? TorchName { get; }

    /// <summary>A state of TorchSharp's kind, to be read into.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="dtype">How the numbers that are to be read are stored.</param>
    public abstract TorchState New(TorchParameter parameter, torch.ScalarType dtype);

    /// <summary>Writes a state.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="state">What it is, which the state takes over.</param>
    public abstract TorchState Pack(TorchParameter parameter, RawState state);

    /// <summary>Reads a state.</summary>
    /// <returns>What it is, with the state's own tensors; null if it is another optimizer's.</returns>
    public abstract RawState? Unpack(TorchState state);

    /// <summary>A tensor of zeros, of a parameter's shape.</summary>
    protected static Tensor Zeros(TorchParameter parameter, torch.ScalarType dtype) =>
        torch.zeros(parameter.shape, dtype, torch.CPU).DetachFromDisposeScope();
}
