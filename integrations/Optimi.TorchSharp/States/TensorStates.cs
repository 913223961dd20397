using System.Runtime.InteropServices;
using Optimi.Kernels;

namespace Optimi.TorchSharp;

/// <summary>Carries the states of a parameter between Optimi, whose averages are debiased, and PyTorch's form, whose are raw.</summary>
/// <param name="engine">The optimizer.</param>
/// <param name="tensor">The parameter.</param>
/// <param name="options">Its options.</param>
internal readonly struct TensorStates(Optimizer engine, FusedTensor tensor, OptimizerOptions options)
{
    private const string LowBits = "low_bits";

    /// <summary>As many as are exact in float64, in which averages are debiased.</summary>
    private const long MostSteps = 1L << 53;

    private Parameter Parameter { get; } = tensor.Parameter;

    /// <summary>The states in PyTorch's form, in float32, so that those in less lose nothing.</summary>
    public RawState Export()
    {
        long steps = engine.StepCount(Parameter);
        var tensors = new Dictionary<string, Tensor>();
        foreach (string name in Averages())
        {
            if (Parameter.Length > int.MaxValue)
            {
                throw new ParameterException(FormattableString.Invariant(
                    $"Parameter '{Parameter.Name}' has {Parameter.Length} numbers, more than a state dictionary carries; save the optimizer's")
                    + $" {nameof(FusedOptimizer.Engine)} as a checkpoint.");
            }

            Tensor raw = torch.zeros(tensor.TorchParameter.shape, torch.float32, torch.CPU).DetachFromDisposeScope();
            if (steps > 0)
            {
                Span<float> numbers = Numbers(raw);
                engine.State(Parameter, name).CopyTo(numbers);
                double share = RawShare(name, steps);
                foreach (ref float number in numbers)
                    number = (float)(number * share);
            }

            tensors.Add(options.TorchName(name), raw);
        }

        return new RawState(steps, tensors);
    }

    /// <summary>Checks that states can be imported.</summary>
    /// <returns>What cannot be taken, and why; null if all can.</returns>
    public string? Problem(RawState state)
    {
        if (state.Steps is < 0 or > MostSteps)
            return FormattableString.Invariant($"Parameter '{Parameter.Name}' has {state.Steps} steps, which must be from 0 to {MostSteps}.");
        if (state.Steps == 0)
            return null;
        foreach (string name in Averages().Select(options.TorchName))
        {
            if (!state.Tensors.TryGetValue(name, out Tensor? raw) || raw is null || raw.IsInvalid)
                return $"Parameter '{Parameter.Name}' has no '{name}'.";
            if (raw.numel() != Parameter.Length)
            {
                return FormattableString.Invariant(
                    $"'{name}' of parameter '{Parameter.Name}' has {raw.numel()} numbers, but the parameter has {Parameter.Length}.");
            }

            if (raw.dtype is not (torch.ScalarType.Float32 or torch.ScalarType.Float64 or torch.ScalarType.BFloat16 or torch.ScalarType.Float16))
                return $"'{name}' of parameter '{Parameter.Name}' is of {raw.dtype}, but an average is of Float32 or another floating-point type.";
        }

        return null;
    }

    /// <summary>Goes on from states that were checked.</summary>
    public void Import(RawState state)
    {
        long steps = state.Steps ?? Math.Max(1, engine.StepCount(Parameter));
        // How moments are compressed depends on the step that will read them.
        engine.SetStepCount(Parameter, steps);
        string[] names = Averages();
        // Before the first step all is zero. And both moments of a compressed pair share their codes: so that what was there before has no
        // part in them, the pair begins as zero, and the first moments, which are relative to the second ones, come last.
        foreach (string name in steps == 0 || options.CompressedStates ? names : [])
            engine.State(Parameter, name).Fill(0);
        foreach (string name in steps == 0 ? [] : names.Reverse())
            Import(name, state.Tensors[options.TorchName(name)], steps);
    }

    /// <summary>What PyTorch's form has no place for.</summary>
    public (string Name, byte[] Bytes) ExportExtra()
    {
        if (engine.TryGetState(Parameter, StateName.KahanCompensation, out TensorStorage? compensation))
        {
            var bytes = new byte[Parameter.Length * sizeof(ushort)];
            if (Parameter.DType == DType.BFloat16)
                compensation.CopyTo(MemoryMarshal.Cast<byte, BFloat16>(bytes.AsSpan()));
            else
                compensation.CopyTo(MemoryMarshal.Cast<byte, Half>(bytes.AsSpan()));
            return (StateName.KahanCompensation, bytes);
        }

        if (LowBitsOf() is StoredPart lowBits)
        {
            var bytes = new byte[lowBits.Bytes];
            lowBits.CopyTo(bytes);
            return (LowBits, bytes);
        }

        return ("", []);
    }

    /// <summary>Sets what PyTorch's form has no place for; zeros where nothing that fits was saved.</summary>
    public void ImportExtra(string name, byte[] bytes)
    {
        if (engine.TryGetState(Parameter, StateName.KahanCompensation, out TensorStorage? compensation))
        {
            if (name != StateName.KahanCompensation || bytes.LongLength != Parameter.Length * sizeof(ushort))
                compensation.Fill(0);
            else if (Parameter.DType == DType.BFloat16)
                compensation.CopyFrom(MemoryMarshal.Cast<byte, BFloat16>(bytes.AsSpan()));
            else
                compensation.CopyFrom(MemoryMarshal.Cast<byte, Half>(bytes.AsSpan()));
        }
        else if (LowBitsOf() is StoredPart lowBits)
        {
            lowBits.CopyFrom(name == LowBits && bytes.LongLength == lowBits.Bytes ? bytes : new byte[lowBits.Bytes]);
        }
    }

    private void Import(string name, Tensor raw, long steps)
    {
        using var scope = torch.NewDisposeScope();
        Tensor numbers = raw.detach().to(torch.float32).cpu().contiguous();
        if (RawShare(name, steps) is not 1 and double share)
        {
            // The dictionary keeps its own numbers.
            numbers = numbers.clone();
            foreach (ref float number in Numbers(numbers))
                number = (float)(number / share);
        }

        engine.State(Parameter, name).CopyFrom(Numbers(numbers));
    }

    /// <summary>The states that PyTorch's optimizers have too.</summary>
    private string[] Averages() =>
        [.. engine.StateNames(Parameter).Where(name => name is not (StateName.KahanCompensation or StateName.Average))];

    private StoredPart? LowBitsOf() => engine.StoredParts(Parameter).FirstOrDefault(part => part.Name == LowBits);

    private double RawShare(string name, long steps) => options.DebiasedBy(name) is double beta ? BiasCorrection.Factor(beta, steps) : 1;

    private static unsafe Span<float> Numbers(Tensor tensor) =>
        new((void*)NativeTensor.Data(tensor.Handle), (int)NativeTensor.Length(tensor.Handle));
}
