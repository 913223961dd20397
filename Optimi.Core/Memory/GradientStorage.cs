namespace Optimi;

/// <summary>A parameter's gradient. Writing it, or taking a view of it, makes the parameter take part in steps.</summary>
internal sealed class GradientStorage(Parameter parameter) : ParameterStorage(parameter, parameter.GradientDType)
{
    protected override Slab Slab => Parameter.Place!.Gradients;

    protected override bool HasSlab => Parameter.Place is { HasGradients: true };

    protected override void Allocate(Transaction transaction) => Parameter.Place!.AllocateGradients(transaction);

    private protected override string Description => $"The gradient of parameter '{Parameter.Name}'";

    private protected override void ThrowIfDisposed()
    {
        base.ThrowIfDisposed();
        Parameter.CheckGradientMemory();
    }

    private protected override bool IsThere => Parameter.HasGradient;

    private protected override void OnWritten() => Parameter.HasGradient = true;

    private protected override void OnViewed() => Parameter.HasGradient = true;
}
