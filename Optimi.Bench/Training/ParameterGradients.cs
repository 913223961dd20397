using ILGPU;

namespace Optimi.Bench;

/// <summary>Keeps the gradients of all layers, in the parameters themselves, for one step after the backward pass.</summary>
internal sealed class ParameterGradients : IGradientSink
{
    public void Take(Parameter parameter, ReadOnlyMemory<float> gradient) => parameter.Gradient.CopyFrom(gradient.Span);

    public ArrayView<T> View<T>(Parameter parameter)
        where T : unmanaged => parameter.Gradient.AsArrayView<T>();

    public void Complete(IReadOnlyList<Parameter> layer)
    {
        // A parameter whose gradient was written takes part in the next step by itself.
    }
}
