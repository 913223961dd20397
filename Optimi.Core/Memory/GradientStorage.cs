namespace Optimi;

/// <summary>A parameter's gradient. Writing it, or taking a view of it, makes the parameter take part in steps.</summary>
internal sealed class GradientStorage(Parameter parameter) : TensorStorage(parameter.DType, parameter.Length)
{
    private protected override string Description => $"The gradient of parameter '{parameter.Name}'";

    private protected override (Slab Slab, long Offset) Locate()
    {
        parameter.Buffer.PlaceAll();
        return (parameter.Place!.Gradients, parameter.Offset);
    }

    private protected override void OnWritable() => parameter.HasGradient = true;
}
