namespace Optimi;

/// <summary>
/// Several optimizers over the parameters of one model, stepped together, in one order: one norm over all their gradients clips them, one
/// scale is taken out of them, and if one gradient is not finite, none of them steps.
/// </summary>
/// <remarks>While the chain is there, its optimizers are not stepped by themselves. Learning rates, accumulation and states stay theirs, and
/// so does <see cref="Optimizer.ClipValue"/>.</remarks>
public sealed class ChainedOptimizer : IDisposable
{
    private readonly Optimizer[] _optimizers;
    private readonly ComputeDevice _device;
    private bool _disposed;

    /// <summary>Chains optimizers.</summary>
    /// <param name="optimizers">The optimizers: at least one, none twice, on one device. The norm is summed in this order.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="OptionException">There is none, one is there twice, on another device, in another chain, clips by itself, or is made
    /// for gradient release.</exception>
    /// <exception cref="ParameterException">Two of them own one parameter.</exception>
    public ChainedOptimizer(params IReadOnlyList<Optimizer> optimizers)
    {
        ArgumentNullException.ThrowIfNull(optimizers);
        _optimizers = [.. optimizers];
        foreach (Optimizer optimizer in _optimizers)
            ArgumentNullException.ThrowIfNull(optimizer, nameof(optimizers));
        if (_optimizers.Length == 0)
            throw new OptionException("A ChainedOptimizer needs at least one optimizer.");
        if (_optimizers.Distinct().Count() < _optimizers.Length)
            throw new OptionException("An optimizer is twice in the chain; name each once.");
        _device = _optimizers[0].Device;
        foreach (Optimizer optimizer in _optimizers)
        {
            if (optimizer.Device != _device)
            {
                throw new OptionException(
                    $"An optimizer of the chain is on device '{optimizer.Device.Name}', the first on '{_device.Name}'; a norm is found on one device.");
            }
        }

        CheckParameters();
        Gate = new GradientGate(_device, _optimizers);
        lock (_device.Gate)
        {
            int begun = 0;
            try
            {
                for (; begun < _optimizers.Length; begun++)
                    _optimizers[begun].BeginChain(this);
            }
            catch
            {
                foreach (Optimizer optimizer in _optimizers.AsSpan(0, begun))
                    optimizer.EndChain();
                throw;
            }
        }
    }

    /// <summary>The optimizers, in the order of the norm's sum.</summary>
    public IReadOnlyList<Optimizer> Optimizers => _optimizers;

    /// <summary>The largest norm that all gradients of all optimizers together may have. Null, the default, for any.</summary>
    /// <exception cref="OptionException">The value is not finite or not above 0; the old one stays.</exception>
    public double? MaxNorm
    {
        get => Gate.MaxNorm;
        set
        {
            lock (_device.Gate)
            {
                ThrowIfDisposed();
                Gate.Settle();
                Gate.MaxNorm = value;
            }
        }
    }

    /// <summary>Whether a step with a gradient that is not finite is skipped, by all optimizers. Null, the default: if <see cref="MaxNorm"/>
    /// or <see cref="Scaler"/> is set. With a scaler such steps are always skipped.</summary>
    public bool? SkipNonFinite
    {
        get => Gate.SkipNonFinite;
        set
        {
            lock (_device.Gate)
            {
                ThrowIfDisposed();
                Gate.Settle();
                Gate.SkipNonFinite = value;
            }
        }
    }

    /// <summary>The scale of the loss, which is taken out of gradients as they are read. Null, the default, for none.</summary>
    /// <exception cref="OptionException">It follows another optimizer's steps already; the old one stays.</exception>
    public GradientScaler? Scaler
    {
        get => Gate.Scaler;
        set
        {
            lock (_device.Gate)
            {
                ThrowIfDisposed();
                Gate.Scaler = value;
            }
        }
    }

    /// <inheritdoc cref="Optimizer.GradientNorm"/>
    public float GradientNorm => Settled().Norm;

    /// <summary>How many steps were skipped. Reading it waits until the last step is known to be made or skipped.</summary>
    /// <exception cref="ObjectDisposedException">The chain or the device is disposed.</exception>
    public long SkippedSteps => Settled().SkippedSteps;

    /// <summary>What the optimizers' gradients have to pass.</summary>
    internal GradientGate Gate { get; }

    /// <summary>Steps every parameter of every optimizer that has a gradient, or none.</summary>
    /// <exception cref="ObjectDisposedException">The chain, an optimizer, a buffer or the device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left, or a kernel does not compile; no parameter has changed.</exception>
    public void Step()
    {
        lock (_device.Gate)
        {
            ThrowIfDisposed();
            Gate.Step();
        }
    }

    /// <summary>Sets all gradients to zero.</summary>
    /// <exception cref="ObjectDisposedException">The chain, an optimizer, a buffer or the device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    public void ZeroGradients()
    {
        ThrowIfDisposed();
        foreach (Optimizer optimizer in _optimizers)
            optimizer.ZeroGradients();
    }

    /// <summary>Lets the optimizers go: each steps by itself again. They are not disposed of.</summary>
    public void Dispose()
    {
        lock (_device.Gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            if (!_device.IsDisposed)
                Gate.Settle();
            Gate.Dispose();
            foreach (Optimizer optimizer in _optimizers)
                optimizer.EndChain();
        }
    }

    /// <summary>Checks that none of its optimizers has a parameter of a group.</summary>
    /// <exception cref="ParameterException">One has.</exception>
    internal void CheckCanAdd(ParameterGroup group)
    {
        foreach (Parameter parameter in group.Parameters)
        {
            if (_optimizers.Any(optimizer => optimizer.Groups.Any(other => other.Parameters.Contains(parameter))))
                throw OwnedTwice(parameter);
        }
    }

    private static ParameterException OwnedTwice(Parameter parameter) => new(
        $"Parameter '{parameter.Name}' is of two optimizers of the chain, whose norm would count it twice; give it to one.");

    private void CheckParameters()
    {
        var owned = new HashSet<Parameter>();
        foreach (Parameter parameter in _optimizers.SelectMany(optimizer => optimizer.Groups).SelectMany(group => group.Parameters))
        {
            if (!owned.Add(parameter))
                throw OwnedTwice(parameter);
        }
    }

    private GradientGate Settled()
    {
        lock (_device.Gate)
        {
            ThrowIfDisposed();
            Gate.Settle();
            return Gate;
        }
    }

    private void ThrowIfDisposed()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _device.ThrowIfDisposed();
    }
}
