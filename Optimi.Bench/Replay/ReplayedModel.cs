namespace Optimi.Bench;

/// <summary>Stands for a model whose backward pass has the gradients of a case, parameter by parameter.</summary>
internal sealed class ReplayedModel : IGradientSource
{
    private readonly Dictionary<Parameter, GradientHook> _hooks = [];

    public void Subscribe(Parameter parameter, GradientHook hook) => _hooks.Add(parameter, hook);

    public void Unsubscribe(Parameter parameter, GradientHook hook) => _hooks.Remove(parameter);

    /// <summary>Says that a gradient is ready.</summary>
    public void Release(Parameter parameter, float[] gradient)
    {
        RentedGradient rented = parameter.RentGradient();
        rented.CopyFrom(gradient);
        _hooks[parameter].Ready(rented);
    }
}
