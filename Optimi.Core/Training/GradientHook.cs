namespace Optimi;

/// <summary>
/// What a model calls when a parameter's gradient is ready: the parameter is stepped at once, and the gradient's memory is free again, on
/// a GPU in the stream's order. Any thread may call. See <see cref="GradientRelease"/>.
/// </summary>
public sealed class GradientHook
{
    private readonly Optimizer _optimizer;

    internal GradientHook(Optimizer optimizer, Parameter parameter)
    {
        _optimizer = optimizer;
        Parameter = parameter;
    }

    /// <summary>The parameter.</summary>
    public Parameter Parameter { get; }

    /// <summary>Whether it is still to be called.</summary>
    internal bool IsSubscribed { get; set; } = true;

    /// <summary>Steps the parameter from its own gradient, if it has one.</summary>
    /// <exception cref="OptionException">The model is no longer prepared for gradient release.</exception>
    /// <exception cref="DeviceException">The device has no memory left, or a kernel does not compile; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    public void Ready()
    {
        Check();
        _optimizer.Step(Parameter);
    }

    /// <summary>Steps the parameter from a gradient in memory of the host, which is the caller's again when this returns.</summary>
    /// <param name="gradient">The gradient: as many numbers, stored as <see cref="Parameter.GradientDType"/> says.</param>
    /// <exception cref="OptionException">The model is no longer prepared for gradient release.</exception>
    /// <exception cref="ParameterException">The gradient is of another length, type or device.</exception>
    /// <exception cref="DeviceException">The device's memory is not the host's or has none left, or a kernel does not compile; nothing has
    /// changed.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    public void Ready(ReadOnlyTensorSpan gradient)
    {
        Check();
        _optimizer.Step(Parameter, gradient);
    }

    /// <summary>Steps the parameter from a gradient in memory of the device.</summary>
    /// <param name="gradient">The gradient: as many numbers, stored as <see cref="Parameter.GradientDType"/> says.</param>
    /// <inheritdoc cref="Ready(ReadOnlyTensorSpan)" path="/exception"/>
    public void Ready(TensorView gradient)
    {
        Check();
        _optimizer.Step(Parameter, gradient);
    }

    /// <summary>Steps the parameter from a gradient in rented memory, and gives that back.</summary>
    /// <param name="gradient">The gradient, of this parameter.</param>
    /// <exception cref="OptionException">The model is no longer prepared for gradient release.</exception>
    /// <exception cref="ParameterException">The gradient is another parameter's, or nothing was written to it.</exception>
    /// <exception cref="DeviceException">The device has no memory left, or a kernel does not compile; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">It was given back, or the optimizer, a buffer or the device is disposed.</exception>
    public void Ready(RentedGradient gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        Check();
        if (gradient.Parameter != Parameter)
        {
            throw new ParameterException(
                $"The rented gradient is of parameter '{gradient.Parameter.Name}', but the hook is of '{Parameter.Name}'; call that one's.");
        }

        _optimizer.Step(gradient);
    }

    private void Check()
    {
        if (!IsSubscribed)
        {
            throw new OptionException(
                $"Parameter '{Parameter.Name}' is no longer stepped as its gradient becomes ready, since GradientRelease.Remove was called;"
                + " the model's Unsubscribe must forget the hook.");
        }
    }
}
