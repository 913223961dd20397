using ILGPU;

namespace Optimi.Bench;

/// <summary>
/// Where a model's gradients go. A model on the host calls <see cref="Take"/> for each parameter of a layer, one on a device writes each
/// to <see cref="View"/>; then both call <see cref="Complete"/>.
/// </summary>
internal interface IGradientSink
{
    /// <summary>Takes a gradient that was computed on the host.</summary>
    /// <param name="parameter">Whose it is.</param>
    /// <param name="gradient">The gradient: memory that the model writes anew after its layer's <see cref="Complete"/>.</param>
    void Take(Parameter parameter, ReadOnlyMemory<float> gradient);

    /// <summary>
    /// Device memory for a gradient, as long as the parameter: kernels on the device's stream write it before <see cref="Complete"/>.
    /// </summary>
    /// <typeparam name="T">How the parameter is stored.</typeparam>
    /// <param name="parameter">Whose it is.</param>
    ArrayView<T> View<T>(Parameter parameter)
        where T : unmanaged;

    /// <summary>
    /// Says that the gradients of a layer are complete, on a device: queued, and that the model needs these parameters no more in this
    /// pass. When it returns the gradients' memory may be another layer's.
    /// </summary>
    /// <param name="layer">The layer's parameters.</param>
    void Complete(IReadOnlyList<Parameter> layer);
}
