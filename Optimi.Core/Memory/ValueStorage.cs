namespace Optimi;

/// <summary>A parameter's values.</summary>
internal sealed class ValueStorage(Parameter parameter) : ParameterStorage(parameter)
{
    protected override Slab Slab => Parameter.Place!.Values;

    private protected override string Description => $"The value of parameter '{Parameter.Name}'";

    private protected override void OnWritten() => Parameter.OnValueWritten();
}
