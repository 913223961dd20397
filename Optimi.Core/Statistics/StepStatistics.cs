namespace Optimi;

/// <summary>What a step did (see <see cref="Optimizer.StepWithStatistics"/>): over all parameters that took part, and of each.</summary>
public sealed class StepStatistics : UpdateStatistics
{
    private const string Total = "all";

    private readonly Dictionary<Parameter, ParameterStatistics> _byParameter;

    internal StepStatistics(IReadOnlyList<ParameterStatistics> parameters)
        : base(parameters.Aggregate(default(UpdateSums), (sums, one) => sums + one.Sums))
    {
        Parameters = parameters;
        _byParameter = parameters.ToDictionary(one => one.Parameter);
    }

    /// <summary>Those of each parameter that took part in the step, in the order of groups and of parameters in them. Frozen parameters and
    /// those without a gradient are left out.</summary>
    public IReadOnlyList<ParameterStatistics> Parameters { get; }

    /// <summary>Those of one parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="ArgumentNullException">The parameter is null.</exception>
    /// <exception cref="ParameterException">It took no part in the step.</exception>
    public ParameterStatistics this[Parameter parameter]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(parameter);
            return _byParameter.TryGetValue(parameter, out ParameterStatistics? one)
                ? one
                : throw new ParameterException(
                    $"Parameter '{parameter.Name}' took no part in the step: it was frozen, had no gradient, or is in no group of the"
                    + " optimizer. Parameters lists those that did.");
        }
    }

    /// <summary>A table: a line for each parameter and one for all, with the same digits in every culture.</summary>
    public override string ToString()
    {
        int width = Parameters.Select(one => one.Title.Length).Append(Total.Length).Max();
        return string.Join('\n', [Head(width), .. Parameters.Select(one => one.ToRow(width)), Row(Total, width)]);
    }
}
