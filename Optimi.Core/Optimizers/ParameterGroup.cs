namespace Optimi;

/// <summary>Parameters that an optimizer treats alike.</summary>
public sealed class ParameterGroup
{
    private readonly Parameter[] _parameters;
    private double _lr;

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
        options.Validate();
        _parameters = [.. parameters];
        if (_parameters.Length == 0)
            throw new ParameterException("A group needs at least one parameter; add parameters to the buffer first.");
        if (_parameters.GroupBy(parameter => parameter).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ParameterException($"Parameter '{twice.Key.Name}' is twice in a group; name each parameter once.");
        foreach (DType dtype in _parameters.Select(parameter => parameter.DType).Distinct())
            options.CheckStorage(dtype);
        Options = options;
        _lr = options.Lr;
        MaxLr = options.MaxLr ?? options.Lr;
    }

    /// <summary>The parameters.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>The options.</summary>
    public OptimizerOptions Options { get; }

    /// <summary>The learning rate of the next step: finite, at least 0. Setting it costs nothing.</summary>
    /// <exception cref="OptionException">The value is negative or not finite; the old one stays.</exception>
    public double Lr
    {
        get => _lr;
        set
        {
            Guard.NotNegative(value, nameof(Lr));
            _lr = value;
        }
    }

    internal double MaxLr { get; }
}
