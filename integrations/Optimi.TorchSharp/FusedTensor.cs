namespace Optimi.TorchSharp;

/// <summary>A TorchSharp parameter, and the parameter of Optimi's that lies in the same memory.</summary>
/// <param name="torchParameter">TorchSharp's.</param>
/// <param name="parameter">Optimi's.</param>
/// <param name="place">Where both lie, and how.</param>
internal sealed class FusedTensor(TorchParameter torchParameter, Parameter parameter, TensorPlace place)
{
    /// <summary>TorchSharp's parameter.</summary>
    public TorchParameter TorchParameter { get; } = torchParameter;

    /// <summary>Optimi's parameter.</summary>
    public Parameter Parameter { get; } = parameter;

    /// <summary>Where the gradient of the step in hand lies; 0 if it has none.</summary>
    public nint GradientAddress { get; private set; }

    /// <summary>The native handle.</summary>
    /// <exception cref="ParameterException">The parameter was disposed of.</exception>
    public nint Handle => TorchParameter.IsInvalid
        ? throw Moved()
        : TorchParameter.Handle;

    /// <summary>Looks where the gradient lies now: after each backward pass it may be another tensor.</summary>
    /// <exception cref="ParameterException">The gradient is none that can be stepped, or the parameter's own memory is another than it was.</exception>
    public void FindGradient()
    {
        nint handle = CheckMemory();
        nint gradient = NativeTensor.Gradient(handle);
        if (gradient == 0)
        {
            GradientAddress = 0;
            return;
        }

        // The parameter holds the tensor itself, so that its memory stays after the handle.
        try
        {
            GradientAddress = AddressOf(gradient);
        }
        finally
        {
            NativeTensor.Free(gradient);
        }
    }

    /// <summary>Checks that the parameter lies where it did.</summary>
    /// <returns>Its native handle.</returns>
    /// <exception cref="ParameterException">It does not, or was disposed of.</exception>
    public nint CheckMemory()
    {
        nint handle = Handle;
        if (NativeTensor.Data(handle) != place.Address)
        {
            throw Moved();
        }

        return handle;
    }

    /// <summary>One error for both: <c>to()</c> gives a parameter other memory, or disposes of it and makes another.</summary>
    private ParameterException Moved() => new(
        $"Parameter '{Parameter.Name}' was moved or disposed of since the optimizer was made, as by to() or set_(). Move a model before its"
        + " optimizer is made; or take the state_dict(), or save it, before to(), and load it into an optimizer of the moved model.");

    /// <summary>Where a gradient lies.</summary>
    /// <param name="gradient">Its native handle.</param>
    /// <exception cref="ParameterException">It is none that can be stepped.</exception>
    public nint AddressOf(nint gradient)
    {
        TensorPlace at = TensorPlace.Of(Parameter.Name, isGradient: true, gradient);
        if (at.DType != place.DType || at.Device != place.Device || at.Length != place.Length)
        {
            throw new ParameterException(FormattableString.Invariant(
                $"The gradient of parameter '{Parameter.Name}' has {at.Length} numbers of {at.DType} on {at.DeviceName}, but the parameter has")
                + FormattableString.Invariant($" {place.Length} of {place.DType} on {place.DeviceName}; convert the gradient, or clear it."));
        }

        return at.Address;
    }

    /// <summary>Lets the next step read the gradient that was found, or none.</summary>
    public void BindGradient()
    {
        // An empty tensor has no address, and nothing to step.
        if (GradientAddress == 0)
            return;
        if (place.IsOnHost)
            Parameter.BindGradient(place.MemoryAt(GradientAddress));
        else
            Parameter.BindGradient(place.ViewAt(GradientAddress));
    }

    /// <summary>Steps it alone, from a gradient that goes by.</summary>
    /// <param name="optimizer">The optimizer that has it.</param>
    /// <param name="gradient">The gradient's native handle.</param>
    public void Step(Optimizer optimizer, nint gradient)
    {
        nint address = AddressOf(gradient);
        if (address == 0)
            return;
        if (place.IsOnHost)
            optimizer.Step((Parameter, place.MemoryAt(address)));
        else
            optimizer.Step(Parameter, place.ViewAt(address));
    }
}
