namespace Optimi;

/// <summary>Parameters that an optimizer treats alike.</summary>
public sealed class ParameterGroup
{
    private readonly Parameter[] _parameters;
    private readonly (DType Value, DType Gradient)[] _dtypes;
    private readonly Owners _owners = new();
    private double _lr;
    private OptimizerOptions _options;

    /// <summary>Creates a group, to be given to an optimizer.</summary>
    /// <param name="parameters">The parameters: at least one, none twice.</param>
    /// <param name="options">Their options, of the optimizer's type.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ParameterException">There is no parameter, or one is named twice.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have.</exception>
    public ParameterGroup(IEnumerable<Parameter> parameters, OptimizerOptions options)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        _parameters = [.. parameters];
        if (_parameters.Length == 0)
            throw new ParameterException("A group needs at least one parameter; add parameters to the buffer first.");
        if (_parameters.GroupBy(parameter => parameter).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ParameterException($"Parameter '{twice.Key.Name}' is twice in a group; name each parameter once.");
        _dtypes = [.. _parameters.Select(parameter => (parameter.DType, parameter.GradientDType)).Distinct()];
        _lr = options.Lr;
        MaxLr = options.MaxLr ?? options.Lr;
        Check(options, _lr, MaxLr);
        _options = options;
    }

    /// <summary>The parameters.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>
    /// The options of the next step. They can be changed between steps: <c>group.Options = options with { WeightDecay = 0.1 }</c>. The
    /// group's <see cref="Lr"/> goes on as it is, and so does the highest rate of its schedule; new options that say otherwise of them
    /// are warned of. How states and weights are stored cannot change. Setting them costs nothing; on a
    /// GPU the first step with ascent, L2 or proximal decay may wait for the compiler.
    /// </summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    /// <exception cref="OptionException">The new options have a value that they cannot have, store states otherwise, or are another
    /// optimizer's; the old ones stay.</exception>
    public OptimizerOptions Options
    {
        get => _options;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            CheckOptions(value, Lr);
            OptimizerOptions old = SetOptions(value);
            OnOptionsChanged(old);
        }
    }

    /// <summary>The learning rate of the next step: finite, at least 0. Setting it costs nothing.</summary>
    /// <exception cref="OptionException">The value is negative or not finite, or its decay is not; the old one stays.</exception>
    public double Lr
    {
        get => _lr;
        set
        {
            CheckLr(value);
            SetLr(value);
            OnLrChanged();
        }
    }

    /// <summary>The highest learning rate of the schedule.</summary>
    internal double MaxLr { get; private set; }

    /// <summary>Whether decay is larger than it was meant to be at most.</summary>
    internal bool IsAboveMaxLr => Options is { DecoupleLr: true, WeightDecay: > 0 } && Lr > MaxLr;

    /// <summary>Adds an optimizer that it was given to, which it does not keep alive.</summary>
    internal void AddOwner(Optimizer optimizer) => _owners.Add(optimizer);

    /// <summary>Checks a learning rate.</summary>
    /// <exception cref="OptionException">It cannot be set.</exception>
    internal void CheckLr(double lr) => Options.CheckRate(lr, MaxLr);

    /// <summary>Sets a learning rate that was checked.</summary>
    internal void SetLr(double lr) => _lr = lr;

    /// <summary>Tells the optimizers of a new learning rate, which listeners to warnings may hear of.</summary>
    internal void OnLrChanged()
    {
        foreach (Optimizer owner in _owners)
            owner.OptionWarnings.OnLrChanged(this);
    }

    /// <summary>Checks options, and the learning rate that the group will have with them.</summary>
    /// <exception cref="OptionException">They cannot be set.</exception>
    internal void CheckOptions(OptimizerOptions options, double lr) => CheckOptions(options, lr, MaxLr);

    /// <inheritdoc cref="CheckOptions(OptimizerOptions, double)"/>
    internal void CheckOptions(OptimizerOptions options, double lr, double maxLr)
    {
        foreach (Optimizer owner in _owners)
            owner.CheckOptions(options);

        Check(options, lr, maxLr);
        foreach ((DType dtype, DType gradient) in _dtypes)
        {
            SlotLayout before = _options.LayoutOf(dtype, gradient);
            SlotLayout after = options.LayoutOf(dtype, gradient);
            if (after != before)
            {
                throw new OptionException(
                    $"The new options would store {dtype} parameters' states as {after.Described}, but they are {before.Described};"
                    + " storage cannot change. Make a new optimizer for that.");
            }
        }
    }

    /// <summary>Sets options that were checked.</summary>
    /// <returns>The old ones.</returns>
    internal OptimizerOptions SetOptions(OptimizerOptions options)
    {
        OptimizerOptions old = _options;
        _options = options;
        return old;
    }

    /// <summary>Goes on with what was saved, and checked. Nobody is told yet.</summary>
    /// <returns>The old options.</returns>
    internal OptimizerOptions Restore(OptimizerOptions options, double lr, double maxLr)
    {
        (_lr, MaxLr) = (lr, maxLr);
        return SetOptions(options);
    }

    /// <summary>Tells the optimizers of new options, which listeners to warnings may hear of.</summary>
    internal void OnOptionsChanged(OptimizerOptions old)
    {
        foreach (Optimizer owner in _owners)
            owner.OptionWarnings.OnOptionsChanged(this, old);
    }

    private void Check(OptimizerOptions options, double lr, double maxLr)
    {
        options.Validate();
        if (options.DecoupleLr)
            Guard.Positive(maxLr, $"{nameof(OptimizerOptions.MaxLr)} of the group");
        options.CheckRate(lr, maxLr);
        foreach ((DType dtype, DType gradient) in _dtypes)
            options.LayoutOf(dtype, gradient);
    }
}
