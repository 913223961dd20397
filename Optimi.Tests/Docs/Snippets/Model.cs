using Optimi;

namespace Snippets;

public sealed class Model : IGradientSource
{
    private readonly Dictionary<Parameter, GradientHook> _hooks = [];

    public void Subscribe(Parameter parameter, GradientHook hook) => _hooks[parameter] = hook;

    public void Unsubscribe(Parameter parameter, GradientHook hook) => _hooks.Remove(parameter);

    public void OnGradient(Parameter parameter, float[] gradient) => _hooks[parameter].Ready(gradient);
}
