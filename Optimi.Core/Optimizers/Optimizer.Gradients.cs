namespace Optimi;

public abstract partial class Optimizer
{
    /// <summary>
    /// Whether parameters are to be stepped as their gradients become ready (see <see cref="Optimi.GradientRelease"/>): then
    /// <see cref="Step()"/> is an error until the model is prepared for it, as it would train nothing, and does nothing afterwards.
    /// Default false.
    /// </summary>
    /// <exception cref="OptionException">Set while a model is prepared.</exception>
    public bool GradientRelease
    {
        get;
        set
        {
            lock (Device.Gate)
            {
                if (IsReleasing && !value)
                {
                    throw new OptionException(
                        "A model steps this optimizer's parameters as their gradients become ready; call GradientRelease.Remove(model) first.");
                }

                CheckScaler(value && Scaler is not null);
                if (value)
                    CheckNotChained(nameof(GradientRelease));

                field = value;
            }
        }
    }

    /// <summary>Steps one parameter alone, from a gradient in memory of the host that is read where it lies and is the caller's again when
    /// this returns. Whether the parameter has a gradient of its own does not matter.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">Its gradient: as many numbers, stored as <see cref="Parameter.GradientDType"/> says.</param>
    /// <exception cref="ParameterException">The optimizer does not own the parameter, a parameter has two gradients, or one is of another length
    /// or type.</exception>
    /// <exception cref="DeviceException">The device's memory is not the host's or has none left, or a kernel does not compile; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    public unsafe void Step(Parameter parameter, ReadOnlyTensorSpan gradient)
    {
        fixed (byte* pointer = gradient)
            Step((parameter, new TensorMemory((nint)pointer, gradient.DType, gradient.Length)));
    }

    /// <summary>Steps one parameter alone, from a gradient in memory of the device that is read where it lies: on a GPU in the stream's
    /// order, so that it is the caller's again for what is queued afterwards.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">Its gradient: as many numbers, stored as <see cref="Parameter.GradientDType"/> says.</param>
    /// <exception cref="ParameterException">The optimizer does not own the parameter, a parameter has two gradients, or one is of another length,
    /// type or device.</exception>
    /// <exception cref="DeviceException">The device has no memory left, or a kernel does not compile; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    public void Step(Parameter parameter, TensorView gradient) => Step((parameter, gradient));

    /// <summary>Steps some parameters, a layer's for example, from gradients in memory of the host: one launch for each kernel variant.
    /// The gradients are read where they lie, and are the caller's again when this returns.</summary>
    /// <param name="gradients">The parameters, none twice, and their gradients.</param>
    /// <inheritdoc cref="Step(Parameter, ReadOnlyTensorSpan)" path="/exception"/>
    public void Step(params ReadOnlySpan<(Parameter Parameter, TensorMemory Gradient)> gradients)
    {
        lock (Device.Gate)
        {
            using PassingGradients passing = _passing.Begin(this);
            foreach ((Parameter parameter, TensorMemory gradient) in gradients)
                passing.Add(parameter, gradient);
            StepPassingOrAlone(passing.All);
        }
    }

    /// <summary>Steps some parameters, a layer's for example, from gradients in memory of the device: one launch for each kernel variant,
    /// on OpenCL also for each buffer. The gradients are read where they lie, on a GPU in the stream's order.</summary>
    /// <param name="gradients">The parameters, none twice, and their gradients.</param>
    /// <inheritdoc cref="Step(Parameter, TensorView)" path="/exception"/>
    public void Step(params ReadOnlySpan<(Parameter Parameter, TensorView Gradient)> gradients)
    {
        lock (Device.Gate)
        {
            using PassingGradients passing = _passing.Begin(this);
            foreach ((Parameter parameter, TensorView gradient) in gradients)
                passing.Add(parameter, gradient);
            StepPassingOrAlone(passing.All);
        }
    }

    /// <summary>Steps some parameters, a layer's for example, from gradients in rented memory, and gives it back: one launch for each kernel
    /// variant.</summary>
    /// <param name="gradients">The gradients, none twice.</param>
    /// <exception cref="ParameterException">The optimizer does not own a parameter, one has two gradients, or nothing was written to one.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed, and the memory is still rented.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a gradient, a buffer or the device is disposed.</exception>
    public void Step(params ReadOnlySpan<RentedGradient> gradients)
    {
        lock (Device.Gate)
        {
            // What is stepped by itself is given back by itself, too, should a later one fail.
            if (StepsOneByOne && gradients.Length > 1)
            {
                foreach (RentedGradient gradient in gradients)
                    Step(gradient);
                return;
            }

            using PassingGradients passing = _passing.Begin(this);
            foreach (RentedGradient gradient in gradients)
                passing.Add(gradient);
            StepPassingOrAlone(passing.All);
            foreach (RentedGradient gradient in gradients)
                gradient.GiveBack();
        }
    }

    /// <summary>Sets the gradients of its parameters to zero. They still count as there: see
    /// <see cref="Parameter.HasGradient"/>. With gradient release it does nothing.</summary>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left, or a kernel does not compile; nothing has changed.</exception>
    public void ZeroGradients()
    {
        lock (Device.Gate)
        {
            ThrowIfDisposed();
            if (!IsReleasing)
                ZeroGradientsInTurn();
        }
    }

    private void ZeroGradientsInTurn()
    {
        bool arePlaced = true;
        foreach (ParameterGroup group in _groups)
        {
            foreach (Parameter parameter in group.Parameters)
            {
                parameter.Buffer.ThrowIfDisposed();
                arePlaced &= parameter.Place is not null || parameter.IsAdopted;
            }
        }

        if (!arePlaced)
            PlaceAll();
        PlacedSlabs? place = null;
        int first = 0;
        int end = 0;
        foreach (ParameterGroup group in _groups)
        {
            foreach (Parameter parameter in group.Parameters)
            {
                parameter.ClearLentGradient();
                if (parameter.IsAdopted)
                    continue;
                if (parameter.Place != place || parameter.FirstTile != end)
                {
                    place?.ClearGradients(first, end);
                    (place, first) = (parameter.Place, parameter.FirstTile);
                }

                end = parameter.FirstTile + parameter.TileCount;
            }
        }

        place?.ClearGradients(first, end);
    }

    /// <summary>Gives memory to the parameters that have none yet, of all buffers or of none.</summary>
    private void PlaceAll()
    {
        using var transaction = new Transaction();
        foreach (ParameterBuffer buffer in _groups.SelectMany(group => group.Parameters).Select(parameter => parameter.Buffer).Distinct())
            buffer.PlaceAll(transaction);
        transaction.Commit();
    }

    /// <summary>Whether a model steps the parameters. One that was collected does so no more.</summary>
    private bool IsReleasing => _releasing is not null && _releasing.TryGetTarget(out _);

    /// <summary>Checks that it steps by itself.</summary>
    /// <exception cref="OptionException">Others step with it.</exception>
    private void ThrowIfChained()
    {
        if (_chain is not null)
            throw new OptionException("A ChainedOptimizer steps this optimizer; call its Step().");
    }

    /// <summary>Checks that a step is to step the parameters.</summary>
    /// <exception cref="OptionException">A model is to, which is not prepared.</exception>
    private void ThrowIfMadeForRelease()
    {
        if (GradientRelease)
        {
            throw new OptionException(
                "The optimizer is made for gradient release, so Step() would train nothing: call"
                + " GradientRelease.Prepare(model, optimizer) before, or set GradientRelease to false.");
        }
    }

    /// <summary>Lets a model step the parameters from now on.</summary>
    /// <exception cref="OptionException">The optimizer is not made for it, or a model does so already.</exception>
    internal void BeginRelease(IGradientSource model)
    {
        lock (Device.Gate)
        {
            ThrowIfDisposed();
            if (!GradientRelease)
            {
                throw new OptionException(
                    "The optimizer is not made for gradient release: its GradientRelease is false; set it to true where the optimizer is made.");
            }

            if (IsReleasing)
            {
                throw new OptionException(
                    "The optimizer is prepared for gradient release already; call GradientRelease.Remove(model) before it is prepared again.");
            }

            _gate.ForgetReleased();
            _releasing = new WeakReference<IGradientSource>(model);
        }
    }

    /// <summary>No model steps the parameters any more.</summary>
    internal void EndRelease()
    {
        lock (Device.Gate)
        {
            _releasing = null;
            if (!_disposed && !Device.IsDisposed)
                _gate.ForgetReleased();
        }
    }

    /// <summary>Checks that a group can be added.</summary>
    /// <exception cref="OptionException">A model steps the parameters, and would never step the new ones.</exception>
    /// <exception cref="ParameterException">Another optimizer of its chain has a parameter of the group.</exception>
    private protected void CheckCanAdd(ParameterGroup group)
    {
        _chain?.CheckCanAdd(group);
        if (IsReleasing)
        {
            throw new OptionException(
                "A model steps this optimizer's parameters as their gradients become ready, and knows nothing of new ones; call"
                + " GradientRelease.Remove(model), add the group, and prepare the model again.");
        }
    }

    /// <summary>Steps parameters from gradients that lie anywhere.</summary>
    private protected abstract void StepPassing(ReadOnlySpan<PassingGradient> gradients);
}
