namespace Optimi.Tests;

/// <summary>Tensors of several storage types, with gradients in two forms: as they come, and as a step ought to see them.</summary>
internal sealed class ClippedTensors : IDisposable
{
    private static readonly (DType DType, int Length)[] _tensors =
    [
        (DType.Float32, 1), (DType.BFloat16, 300), (DType.Float32, 70_000), (DType.Float32, 0), (DType.BFloat16, 255), (DType.Float32, 257),
    ];

    private readonly ParameterBuffer _buffer;

    /// <param name="device">The device.</param>
    /// <param name="gradientDType">How gradients are stored; null for as the parameters are.</param>
    public ClippedTensors(ComputeDevice device, DType? gradientDType = null)
    {
        _buffer = new ParameterBuffer(device, GradientMemory.Kept, gradientDType);
        All = [.. _tensors.Select((tensor, i) => _buffer.Add($"p{i}", tensor.DType, tensor.Length))];
        foreach (Parameter parameter in All)
            parameter.Value.CopyFrom(Numbers(parameter, 0));
    }

    public IReadOnlyList<Parameter> All { get; }

    public void Dispose() => _buffer.Dispose();

    /// <summary>Random numbers that a parameter's gradient can be stored as.</summary>
    public static float[] Numbers(Parameter parameter, int step)
    {
        float[] numbers = TestTraining.Numbers(new Random((100 * step) + (int)parameter.Length), (int)parameter.Length);
        return parameter.DType == DType.Float32 ? numbers : [.. numbers.Select(number => (float)(BFloat16)number)];
    }

    /// <summary>Sets all gradients.</summary>
    /// <param name="step">The step, which chooses them.</param>
    /// <param name="change">What is done to them.</param>
    public void Set(int step, Func<float, float> change)
    {
        foreach (Parameter parameter in All)
            parameter.Gradient.CopyFrom([.. Numbers(parameter, step).Select(change)]);
    }

    /// <summary>The bits of all values and states.</summary>
    public uint[] Bits(Optimizer optimizer) => [.. All.SelectMany(parameter => TestTraining.Bits(parameter.Value).Concat(
        optimizer.StateNames(parameter).SelectMany(name => TestTraining.Bits(optimizer.State(parameter, name)))))];
}
