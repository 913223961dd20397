using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>A model of two hidden layers and a batch for it, the same on every device.</summary>
internal sealed class ModelOnBatch : IDisposable
{
    private readonly int[] _contexts;
    private readonly int[] _targets;
    private readonly ITrainedModel _model;

    public ModelOnBatch(ComputeDevice device, DType dtype, int vocabulary, int width, int examples)
    {
        var random = new Random(5);
        Parameters = new ParameterBuffer(device);
        var parameters = new ModelParameters(Parameters, dtype, vocabulary, layers: 2, width, random);
        _contexts = [.. Enumerable.Range(0, examples * ModelParameters.Context).Select(_ => random.Next(vocabulary))];
        _targets = [.. Enumerable.Range(0, examples).Select(_ => random.Next(vocabulary))];
        _model = device.IsHost ? new HostModel(parameters) : new DeviceModel(device, parameters, examples);
    }

    public ParameterBuffer Parameters { get; }

    public static float[] GradientOf(Parameter parameter)
    {
        float[] gradient = new float[parameter.Length];
        parameter.Gradient.CopyTo(gradient);
        return gradient;
    }

    /// <summary>The loss; the scaled loss's gradients go to the sink, or to the parameters.</summary>
    public double Loss(IGradientSink? gradients = null, float lossScale = 1) =>
        _model.LossAndGradients(_contexts, _targets, gradients ?? new ParameterGradients(), lossScale);

    public void Dispose()
    {
        _model.Dispose();
        Parameters.Dispose();
    }
}
