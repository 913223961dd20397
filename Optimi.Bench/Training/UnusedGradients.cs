using ILGPU;

namespace Optimi.Bench;

/// <summary>Lets go of each layer's gradients, where there is no memory that keeps them and no step that wants them.</summary>
internal sealed class UnusedGradients : IGradientSink
{
    private readonly List<RentedGradient> _rented = [];

    public void Take(Parameter parameter, ReadOnlyMemory<float> gradient)
    {
        // On the host the memory is the model's.
    }

    public ArrayView<T> View<T>(Parameter parameter)
        where T : unmanaged
    {
        RentedGradient gradient = parameter.RentGradient();
        _rented.Add(gradient);
        return gradient.AsArrayView<T>();
    }

    public void Complete(IReadOnlyList<Parameter> layer)
    {
        _rented.ForEach(gradient => gradient.Dispose());
        _rented.Clear();
    }
}
