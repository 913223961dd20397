using System.Diagnostics.CodeAnalysis;

namespace Optimi;

/// <summary>
/// Updates parameters from their gradients. All parameters of all groups are stepped together: one launch for each storage type
/// (and each variant of states), however many they are.
/// </summary>
/// <remarks>Nothing is allocated by a step once its kernels are there and it has run once. Any thread may call at any time: calls that use the same device
/// take turns (see <see cref="ComputeDevice"/>).</remarks>
public abstract partial class Optimizer : IDisposable
{
    private readonly PassingGradients _passing = new();
    private ParameterGroup[] _groups = [];
    private WeakReference<IGradientSource>? _releasing;
    private bool _disposed;

    private protected Optimizer(IReadOnlyList<ParameterGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        if (groups.Count == 0)
            throw new ParameterException("An optimizer needs at least one group of parameters.");
        Device = groups[0].Parameters[0].Buffer.Device;
        Weak = new WeakReference<Optimizer>(this);
        OptionWarnings = new OptionWarnings(this);
        _gate = new GradientGate(Device, [this]);
        string name = GetType().Name.Split('`')[0];
        Metrics = new StepMetrics(this, name == nameof(Optimizer) ? RuleName : name);
    }

    /// <summary>The groups so far, in the order in which they were added.</summary>
    public IReadOnlyList<ParameterGroup> Groups => _groups;

    /// <summary>
    /// One learning rate for all groups: setting it sets each to the same, reading it gives the first group's. So <c>Lr *= 0.99</c>
    /// sets every group to 0.99 of the <b>first one's</b> rate; <see cref="ScaleLr"/> scales each group's own.
    /// </summary>
    /// <exception cref="OptionException">The value is negative or not finite; all groups keep theirs.</exception>
    public double Lr
    {
        get => _groups[0].Lr;
        set
        {
            foreach (ParameterGroup group in _groups)
                group.CheckLr(value);
            foreach (ParameterGroup group in _groups)
                group.SetLr(value);
            foreach (ParameterGroup group in _groups)
                group.OnLrChanged();
        }
    }

    /// <summary>
    /// Whether steps only accumulate gradients into the states, leaving parameters as they are (optimizer accumulation): so a
    /// gradient's memory is free again after each micro-batch. Such steps count, and have no weight decay. Default false.
    /// </summary>
    /// <exception cref="OptionException">Set while a group's options keep no states to accumulate into.</exception>
    public abstract bool Accumulate { get; set; }

    /// <summary>Bytes allocated for states, the Kahan compensation and the averages included.</summary>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    public abstract long StateBytes { get; }

    /// <summary>The device of all parameters.</summary>
    protected internal ComputeDevice Device { get; }

    /// <summary>Multiplies the learning rate of each group.</summary>
    /// <param name="factor">What each is multiplied by: finite, at least 0.</param>
    /// <exception cref="OptionException">The factor is negative or not finite, or a rate would be; all groups keep theirs.</exception>
    public void ScaleLr(double factor)
    {
        Guard.NotNegative(factor, nameof(factor));
        foreach (ParameterGroup group in _groups)
            group.CheckLr(group.Lr * factor);
        foreach (ParameterGroup group in _groups)
            group.SetLr(group.Lr * factor);
        foreach (ParameterGroup group in _groups)
            group.OnLrChanged();
    }

    /// <summary>Steps every parameter that has a gradient. With gradient release it does nothing.</summary>
    /// <remarks>When it returns, the work is queued on the device; see <see cref="ComputeDevice"/>.</remarks>
    /// <exception cref="OptionException">The optimizer is made for gradient release, and no model is prepared for it; a
    /// <see cref="ChainedOptimizer"/> steps it; or the averages are swapped in (<see cref="SwapIn"/>), as every step then is an error.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left, or a kernel does not compile; no parameter has changed.</exception>
    public void Step()
    {
        lock (Device.Gate)
        {
            ThrowIfDisposed();
            ThrowIfChained();
            CheckCanStep();
            if (IsReleasing)
            {
                _gate.Close();
                return;
            }

            ThrowIfMadeForRelease();
            _gate.Step();
        }
    }

    /// <summary>
    /// Gets everything ready for the first step, so that it waits for nothing: allocates the states, and compiles the kernels on
    /// other threads while the caller goes on, to load data for one. A step in the meantime waits for the kernels that it needs.
    /// </summary>
    /// <remarks>
    /// Call it when all parameters are added: those that come later may need more, and so may gradients in memory of the
    /// caller's. It prepares steps of the kind that
    /// <see cref="Accumulate"/> says; for both kinds call it once for each.
    /// </remarks>
    /// <returns>Complete when no step of that kind would wait. On the host there is nothing to compile.</returns>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left for the states; or, of the task, a rule does not compile.</exception>
    public abstract Task PrepareAsync();

    /// <summary>Computes the loss and its gradients, then steps.</summary>
    /// <param name="closure">Writes the gradients and returns the loss.</param>
    /// <returns>The loss.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="closure"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    public double Step(Func<double> closure)
    {
        ArgumentNullException.ThrowIfNull(closure);
        ThrowIfDisposed();
        double loss = closure();
        Step();
        return loss;
    }

    /// <summary>Steps one parameter alone, if it has a gradient: a launch over its tiles.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="ParameterException">The optimizer does not own it.</exception>
    /// <exception cref="OptionException">Something is asked for that needs all gradients at once: <see cref="MaxNorm"/> without gradient
    /// release, a <see cref="Scaler"/>, or a <see cref="ChainedOptimizer"/>.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    public abstract void Step(Parameter parameter);

    /// <summary>A state of a parameter, for reading and writing.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="name">The state's name: the rule's, such as <c>exp_avg</c>, <c>kahan_comp</c>, or <c>ema</c> for the average
    /// (<see cref="AverageDecay"/>): zeros until it begins, and once it is set by <c>CopyFrom</c> or <c>Fill</c> it has begun.</param>
    /// <exception cref="ParameterException">The optimizer does not own the parameter, or keeps no such state for it.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    public TensorStorage State(Parameter parameter, string name) => TryGetState(parameter, name, out TensorStorage? state)
        ? state
        : throw new ParameterException(
            $"There is no state '{name}' for parameter '{parameter.Name}'; there is {NamesOr(parameter, "none")}.");

    /// <summary>What is stored for a parameter in few bits, as it is stored: the codes of compressed states and their headers, and the lower
    /// bits of weights. Empty if nothing is.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="ParameterException">The optimizer does not own the parameter.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    public abstract IReadOnlyList<StoredPart> StoredParts(Parameter parameter);

    /// <summary>What steps of a parameter go on from, where that is more than the model sees (<see cref="OptimizerOptions.MasterWeightBits"/>
    /// of 24 or 32): its values and their low bits, as one float32 number each, for reading and setting. What is set is rounded to the
    /// nearest of as many bits; moments go on, as if <see cref="Parameter.Value"/> were set.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <returns>As many numbers as the parameter has. They have no memory of their own, so there are no views of them. While averages are
    /// swapped in, reading and setting them is a <see cref="ParameterException"/>.</returns>
    /// <exception cref="ParameterException">The optimizer does not own the parameter, or keeps nothing beyond its values.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    public abstract TensorStorage MasterWeights(Parameter parameter);

    /// <summary>Finds a state of a parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="name">The state's name.</param>
    /// <param name="state">The state.</param>
    /// <returns>Whether the optimizer keeps it.</returns>
    /// <exception cref="ParameterException">The optimizer does not own the parameter.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    public abstract bool TryGetState(Parameter parameter, string name, [MaybeNullWhen(false)] out TensorStorage state);

    /// <summary>The names of the states that are kept for a parameter; none while it is frozen from the beginning.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="ParameterException">The optimizer does not own the parameter.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    public abstract IReadOnlyList<string> StateNames(Parameter parameter);

    /// <summary>t: how many steps a parameter has taken part in.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="ParameterException">The optimizer does not own it.</exception>
    public abstract long StepCount(Parameter parameter);

    /// <summary>
    /// Sets t, how many steps a parameter has taken part in: from there its averages are debiased, and states that were written are used.
    /// With a count of 0 they are begun anew by the next step, whatever they hold.
    /// </summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="steps">The count: from 0 to 2^53.</param>
    /// <exception cref="ParameterException">The optimizer does not own it.</exception>
    /// <exception cref="OptionException">The count is out of this range; the old one stays.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the device is disposed.</exception>
    public abstract void SetStepCount(Parameter parameter, long steps);

    /// <summary>
    /// Begins a parameter anew: its states, its Kahan compensation and the low bits of its weights become zero, and its step counter 0, as before its first step. Its
    /// average begins again in its next step.
    /// Its values stay as they are. For values that were written through a view, of which the optimizer cannot know;
    /// <see cref="TensorStorage.Fill"/> and <c>CopyFrom</c> of <see cref="Parameter.Value"/> need no such call.
    /// </summary>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="ParameterException">The optimizer does not own it.</exception>
    /// <exception cref="OptionException">The averages are swapped in.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer, a buffer or the device is disposed.</exception>
    public abstract void ResetState(Parameter parameter);

    /// <summary>Frees the states. If the averages are swapped in, the values are put back before.</summary>
    public void Dispose()
    {
        lock (Device.Gate)
        {
            SwapOut();
            Dispose(true);
        }

        GC.SuppressFinalize(this);
    }

    internal void ThrowIfDisposed()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Device.ThrowIfDisposed();
    }

    /// <summary>Frees the states.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (!_disposed && disposing)
        {
            // A scaler may go on with what the last step has found.
            if (!Device.IsDisposed)
                _gate.Settle();
            _gate.Dispose();
        }

        _disposed = true;
    }

    /// <summary>What parameters and groups know it by: it keeps nobody alive.</summary>
    internal WeakReference<Optimizer> Weak { get; }

    /// <summary>What its steps do around the rule.</summary>
    private protected StepSurroundings Around { get; } = new();

    /// <summary>What is told of its steps. An optimizer without a name of its own has its rule's.</summary>
    internal StepMetrics Metrics { get; }

    /// <summary>What it says of options that are seldom meant.</summary>
    internal OptionWarnings OptionWarnings { get; }

    /// <summary>Takes notice of values that were set.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="isExact">Whether the low bits of its weights were set, too.</param>
    internal abstract void OnValueWritten(Parameter parameter, bool isExact);

    /// <summary>What steps go on from, without allocating it; null if there is nothing beyond the values.</summary>
    internal abstract TensorStorage? MasterWeightsSoFar(Parameter parameter);

    /// <summary>Checks that options are of the kind that it takes.</summary>
    /// <exception cref="OptionException">They are not.</exception>
    internal abstract void CheckOptions(OptimizerOptions options);

    private protected void Add(ParameterGroup group) => _groups = [.. _groups, group];

    private string NamesOr(Parameter parameter, string none) =>
        StateNames(parameter) is { Count: > 0 } names ? string.Join(", ", names) : none;
}
