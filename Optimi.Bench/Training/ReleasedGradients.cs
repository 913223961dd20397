using System.Diagnostics;
using ILGPU;

namespace Optimi.Bench;

/// <summary>
/// Gradient release: each layer's gradients lie in rented memory, its parameters are stepped as soon as they are complete, and the next
/// layer's gradients lie in the same memory.
/// </summary>
/// <param name="inOptimizer">Runs while parameters are stepped.</param>
internal sealed class ReleasedGradients(Stopwatch inOptimizer) : IGradientSink, IGradientSource
{
    private readonly Dictionary<Parameter, GradientHook> _hooks = [];
    private readonly Dictionary<Parameter, RentedGradient> _rented = [];

    public void Subscribe(Parameter parameter, GradientHook hook) => _hooks.Add(parameter, hook);

    public void Unsubscribe(Parameter parameter, GradientHook hook) => _hooks.Remove(parameter);

    public void Take(Parameter parameter, ReadOnlyMemory<float> gradient) => Rent(parameter).CopyFrom(gradient.Span);

    public ArrayView<T> View<T>(Parameter parameter)
        where T : unmanaged => Rent(parameter).AsArrayView<T>();

    public void Complete(IReadOnlyList<Parameter> layer)
    {
        inOptimizer.Start();
        foreach (Parameter parameter in layer)
        {
            _rented.Remove(parameter, out RentedGradient? gradient);
            _hooks[parameter].Ready(gradient!);
        }

        inOptimizer.Stop();
    }

    private RentedGradient Rent(Parameter parameter)
    {
        RentedGradient gradient = parameter.RentGradient();
        _rented.Add(parameter, gradient);
        return gradient;
    }
}
