namespace Optimi;

public abstract partial class Optimizer
{
    private readonly GradientGate _gate;
    private ChainedOptimizer? _chain;

    /// <summary>
    /// The largest norm that all gradients together may have: if theirs is larger, each is multiplied by <c>MaxNorm / (norm + 1e-6)</c> as
    /// the step reads it (clipping by global norm). Null, the default, for any. With gradient release it is the norm of the step before
    /// that clips, and the first step is not clipped.
    /// </summary>
    /// <remarks>Pascanu, Mikolov, Bengio, <see href="https://arxiv.org/abs/1211.5063">On the difficulty of training recurrent neural
    /// networks</see>.</remarks>
    /// <exception cref="OptionException">The value is not finite or not above 0, or a <see cref="ChainedOptimizer"/> steps this one; the
    /// old value stays.</exception>
    public double? MaxNorm
    {
        get => _gate.MaxNorm;
        set
        {
            lock (Device.Gate)
            {
                ThrowIfDisposed();
                CheckNotChained(nameof(MaxNorm));
                _gate.Settle();
                _gate.MaxNorm = value;
            }
        }
    }

    /// <summary>The largest size that a gradient may have after unscaling and clipping by norm: larger ones become it, with their sign. Null, the
    /// default, for any.</summary>
    /// <exception cref="OptionException">The value is not finite or not above 0; the old one stays.</exception>
    public double? ClipValue
    {
        get => double.IsFinite(Around.ClipValue) ? Around.ClipValue : null;
        set
        {
            if (value is double bound)
                Guard.PositiveInFloat32(bound, nameof(ClipValue));
            lock (Device.Gate)
                Around.ClipValue = value ?? double.PositiveInfinity;
        }
    }

    /// <summary>
    /// Whether a step with a gradient that is NaN or infinite (or so large that its square is) is skipped: no parameter, state, compensation
    /// or counter changes. With gradient release, and if a parameter is stepped alone, it is that parameter which is skipped. Null, the
    /// default: if <see cref="MaxNorm"/> or <see cref="Scaler"/> is set. With a scaler such steps are always skipped.
    /// </summary>
    /// <exception cref="OptionException">Set while a <see cref="ChainedOptimizer"/> steps this one.</exception>
    public bool? SkipNonFinite
    {
        get => _gate.SkipNonFinite;
        set
        {
            lock (Device.Gate)
            {
                ThrowIfDisposed();
                CheckNotChained(nameof(SkipNonFinite));
                _gate.Settle();
                _gate.SkipNonFinite = value;
            }
        }
    }

    /// <summary>The scale of the loss, which is taken out of gradients as they are read. Null, the default, for none.</summary>
    /// <exception cref="OptionException">It follows another optimizer's steps already, this one is made for gradient release, or a
    /// <see cref="ChainedOptimizer"/> steps it; the old one stays.</exception>
    public GradientScaler? Scaler
    {
        get => _gate.Scaler;
        set
        {
            lock (Device.Gate)
            {
                ThrowIfDisposed();
                CheckNotChained(nameof(Scaler));
                CheckScaler(value is not null && GradientRelease);
                _gate.Scaler = value;
            }
        }
    }

    /// <summary>
    /// The norm of all gradients that the last step found, unscaled and before clipping; NaN before the first step. A step looks for it if
    /// <see cref="MaxNorm"/>, <see cref="Scaler"/> or <see cref="SkipNonFinite"/> asks it to. With gradient release it is that of the last
    /// step that <see cref="Step()"/> closed. Reading it waits until it is known.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The optimizer or the device is disposed.</exception>
    public float GradientNorm => Settled().Norm;

    /// <summary>How many steps were skipped; with gradient release, and of parameters that are stepped alone, how many parameters' steps.
    /// Reading it waits until the last step is known to be made or skipped.</summary>
    /// <exception cref="ObjectDisposedException">The optimizer or the device is disposed.</exception>
    public long SkippedSteps => Settled().SkippedSteps;

    /// <summary>The norm of one parameter's gradient that the last step found, unscaled and before clipping: 0 if it took no part, NaN before the
    /// first step. It waits until it is known.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="ParameterException">The optimizer does not own it.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the device is disposed.</exception>
    public float GradientNormOf(Parameter parameter)
    {
        lock (Device.Gate)
        {
            CheckOwned(parameter);
            return Settled().NormOf(parameter);
        }
    }

    /// <summary>Lets several optimizers step together.</summary>
    /// <exception cref="OptionException">It is stepped by others already, clips by itself, or is made for gradient release.</exception>
    internal void BeginChain(ChainedOptimizer chain)
    {
        ThrowIfDisposed();
        if (_chain is not null)
            throw new OptionException("An optimizer is in a ChainedOptimizer already; dispose of that one first.");
        if (_gate.IsAsked)
        {
            throw new OptionException(
                "An optimizer of a chain clips or scales gradients itself; set MaxNorm, SkipNonFinite and Scaler of the chain, and none of its own.");
        }

        if (GradientRelease)
            throw new OptionException("An optimizer of a chain is made for gradient release, whose parameters are stepped one by one; set GradientRelease to false.");
        _chain = chain;
    }

    /// <summary>Lets it step by itself again.</summary>
    internal void EndChain() => _chain = null;

    /// <summary>Waits until the last step is known to be made or skipped, before anybody looks at counters.</summary>
    private protected void Settle() => (_chain?.Gate ?? _gate).Settle();

    /// <summary>Makes launches for all parameters, and gives them states, if they have none yet.</summary>
    internal abstract void CompleteStep(Transaction transaction);

    /// <summary>Begins a step of all parameters that have a gradient.</summary>
    /// <param name="gradientFactor">What gradients are multiplied by.</param>
    /// <param name="verdict">What kernels read of a further factor, and of whether the step is made at all; null for nothing.</param>
    /// <param name="transaction">What undoes it.</param>
    internal abstract void BeginStep(float gradientFactor, ILGPU.ArrayView<int>? verdict, Transaction transaction);

    /// <summary>Begins a step of one parameter.</summary>
    /// <inheritdoc cref="BeginStep(float, ILGPU.ArrayView{int}?, Transaction)"/>
    internal abstract void BeginStep(
        PassingGradient gradient, float gradientFactor, ILGPU.ArrayView<int>? verdict, Transaction transaction);

    /// <summary>Waits for the kernels of the step that was begun.</summary>
    internal abstract void AwaitKernels();

    /// <summary>Makes or queues the step that was begun.</summary>
    internal abstract void RunStep();

    /// <summary>Counts the step that was made.</summary>
    internal abstract void CountStep();

    /// <summary>Checks that it owns a parameter.</summary>
    /// <exception cref="ParameterException">It does not.</exception>
    private protected abstract void CheckOwned(Parameter parameter);

    private GradientGate Settled()
    {
        lock (Device.Gate)
        {
            ThrowIfDisposed();
            Settle();
            return _chain?.Gate ?? _gate;
        }
    }

    private void CheckNotChained(string option)
    {
        if (_chain is not null)
            throw new OptionException($"A ChainedOptimizer steps this optimizer; set {option} there.");
    }

    private static void CheckScaler(bool isForRelease)
    {
        if (isForRelease)
        {
            throw new OptionException(
                "A GradientScaler has to see all gradients before any parameter is stepped, which gradient release does not allow; scale"
                + " the loss by a fixed number and gradients by one over it, or do without GradientRelease.");
        }
    }

    /// <summary>Checks that parameters can be stepped one by one.</summary>
    /// <exception cref="OptionException">Something is asked for that needs all gradients at once.</exception>
    private void CheckSteppedAlone()
    {
        if (_chain is not null)
            throw new OptionException("A ChainedOptimizer steps this optimizer; call its Step().");
        if (_gate.Scaler is not null)
        {
            throw new OptionException(
                "The optimizer has a GradientScaler, which has to see all gradients of a step; call Step(), or set Scaler to null.");
        }

        if (_gate.MaxNorm is not null && !IsReleasing)
        {
            throw new OptionException(
                "The optimizer clips by the norm of all gradients, so its parameters cannot be stepped one by one; call Step(), prepare it for"
                + " gradient release, or set MaxNorm to null.");
        }
    }

    /// <summary>Steps one parameter from its own gradient, if it has to pass by itself.</summary>
    /// <returns>Whether it had to.</returns>
    /// <exception cref="OptionException">Something is asked for that needs all gradients at once.</exception>
    private protected bool StepsJudged(Parameter parameter)
    {
        CheckSteppedAlone();
        _gate.Settle();
        Around.GradientFactor = _gate.ReleaseFactor;
        if (!_gate.IsAsked)
            return false;
        _gate.StepAlone(this, parameter, passing: null);
        return true;
    }

    /// <summary>Prepares what comes before steps.</summary>
    private protected Task PrepareGate(Transaction transaction, out ILGPU.ArrayView<int>? verdict) =>
        (_chain?.Gate ?? _gate).Prepare(transaction, out verdict);

    /// <summary>Checks that a parameter has one gradient in a step.</summary>
    /// <exception cref="ParameterException">It has two.</exception>
    private static void CheckOther(Parameter before, Parameter parameter)
    {
        if (before == parameter)
        {
            throw new ParameterException(
                $"Parameter '{parameter.Name}' has two gradients in one step; add them up, or accumulate by two steps.");
        }
    }

    /// <summary>Whether parameters that are stepped without the others are stepped one by one.</summary>
    private bool StepsOneByOne => _gate.IsAsked;

    /// <summary>Steps parameters from gradients that lie anywhere, one by one if each has to pass by itself.</summary>
    private void StepPassingOrAlone(ReadOnlySpan<PassingGradient> gradients)
    {
        CheckSteppedAlone();
        _gate.Settle();
        Around.GradientFactor = _gate.ReleaseFactor;
        if (!_gate.IsAsked)
        {
            StepPassing(gradients);
            return;
        }

        for (int i = 0; i < gradients.Length; i++)
        {
            CheckOwned(gradients[i].Parameter);
            foreach (PassingGradient before in gradients[..i])
                CheckOther(before.Parameter, gradients[i].Parameter);
        }

        foreach (PassingGradient gradient in gradients)
        {
            if (!gradient.Parameter.Frozen)
                _gate.StepAlone(this, gradient.Parameter, gradient.Place);
        }
    }
}
