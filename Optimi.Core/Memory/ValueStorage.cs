namespace Optimi;

/// <summary>A parameter's values.</summary>
internal sealed class ValueStorage(Parameter parameter) : ParameterStorage(parameter, parameter.DType)
{
    protected override Slab Slab => Parameter.Place!.Values;

    protected override bool HasSlab => Parameter.Place is not null;

    private protected override string Description => $"The value of parameter '{Parameter.Name}'";

    private protected override TensorStorage Exact => Parameter.ExactValue ?? this;

    private protected override void CheckWritable() => Parameter.CheckNotSwapped();

    private protected override void OnWritten() => Parameter.OnValueWritten();
}
