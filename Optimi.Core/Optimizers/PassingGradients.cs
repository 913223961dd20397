using System.Buffers;
using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>Collects the gradients that are there for one step, and keeps their memory where it is until the step is made. It is used
/// again and again, so that a step allocates nothing.</summary>
internal sealed class PassingGradients : IDisposable
{
    private readonly List<PassingGradient> _gradients = [];
    private readonly List<MemoryHandle> _pins = [];
    private readonly List<TensorView> _views = [];
    private bool _isOpen;

    /// <summary>What was collected.</summary>
    public ReadOnlySpan<PassingGradient> All => CollectionsMarshal.AsSpan(_gradients);

    /// <summary>Begins to collect; with another one if options or listeners call back within a step.</summary>
    /// <param name="optimizer">Whose step it is.</param>
    /// <exception cref="ObjectDisposedException">The optimizer or the device is disposed.</exception>
    public PassingGradients Begin(Optimizer optimizer)
    {
        optimizer.ThrowIfDisposed();
        PassingGradients begun = _isOpen ? new PassingGradients() : this;
        begun._isOpen = true;
        return begun;
    }

    /// <summary>Adds a gradient in memory of the host.</summary>
    /// <exception cref="ParameterException">The gradient is of another length or type.</exception>
    /// <exception cref="DeviceException">The device's memory is not the host's.</exception>
    public void Add(Parameter parameter, TensorMemory gradient)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        parameter.CheckGradient(gradient.DType, gradient.Length);
        LentGuard.CheckHost(parameter, parameter.Buffer.Device);
        MemoryHandle pin = gradient.Pin();
        _pins.Add(pin);
        unsafe
        {
            _gradients.Add(new(parameter, new MemoryPlace(null, (nint)pin.Pointer, IsPadded: false)));
        }
    }

    /// <summary>Adds a gradient in memory of the device.</summary>
    /// <exception cref="ParameterException">The gradient is of another length, type or device.</exception>
    public void Add(Parameter parameter, TensorView gradient)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        parameter.CheckGradient(gradient.DType, gradient.Length);
        gradient.CheckDevice(parameter.Buffer.Device);
        _views.Add(gradient);
        _gradients.Add(new(parameter, gradient.PlaceOn(parameter.Buffer.Device)));
    }

    /// <summary>Adds a gradient in rented memory.</summary>
    /// <exception cref="ObjectDisposedException">The memory was given back.</exception>
    /// <exception cref="ParameterException">Nothing was written to it.</exception>
    public void Add(RentedGradient gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        gradient.CheckWritten();
        _gradients.Add(new(gradient.Parameter, gradient.Place));
    }

    /// <summary>Lets go of all memory.</summary>
    public void Dispose()
    {
        _gradients.Clear();
        foreach (MemoryHandle pin in _pins)
            pin.Dispose();
        _pins.Clear();
        foreach (TensorView view in _views)
            view.KeepAlive();
        _views.Clear();
        _isOpen = false;
    }
}
