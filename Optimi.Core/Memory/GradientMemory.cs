namespace Optimi;

/// <summary>Whether a <see cref="ParameterBuffer"/> has memory for gradients.</summary>
public enum GradientMemory
{
    /// <summary>Each parameter has memory for its gradient, from when it is first asked for.</summary>
    Kept,

    /// <summary>There is none. Gradients come with steps (<see cref="Optimizer.Step(Parameter, ReadOnlyTensorSpan)"/> and its like), are
    /// rented for a moment (<see cref="Parameter.RentGradient"/>), or lie in memory of the caller's (<c>BindGradient</c>).</summary>
    None,
}
