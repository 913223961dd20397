using ILGPU;
using Optimi.Bench;

namespace Optimi.Tests;

/// <summary>Makes the weights of each layer useless once its gradients are complete, as a step would change them.</summary>
internal sealed class SpoilingSink : IGradientSink
{
    private readonly ParameterGradients _gradients = new();

    /// <summary>The names of each layer's parameters, in the order in which the layers were complete.</summary>
    public List<string> Layers { get; } = [];

    public void Take(Parameter parameter, ReadOnlyMemory<float> gradient) => _gradients.Take(parameter, gradient);

    public ArrayView<T> View<T>(Parameter parameter)
        where T : unmanaged => _gradients.View<T>(parameter);

    public void Complete(IReadOnlyList<Parameter> layer)
    {
        Layers.Add(string.Join(' ', layer.Select(parameter => parameter.Name)));
        foreach (Parameter parameter in layer)
            parameter.Value.Fill(float.NaN);
    }
}
