namespace Optimi;

/// <summary>What a step did to one parameter.</summary>
public sealed class ParameterStatistics : UpdateStatistics
{
    internal ParameterStatistics(Parameter parameter, in UpdateSums sums)
        : base(sums)
    {
        Parameter = parameter;
        Sums = sums;
    }

    /// <summary>The parameter.</summary>
    public Parameter Parameter { get; }

    internal UpdateSums Sums { get; }

    /// <summary>One line of <see cref="StepStatistics.ToString"/>.</summary>
    public override string ToString() => ToRow(Title.Length);

    internal string Title => Parameter.ToString();

    internal string ToRow(int width) => Row(Title, width);
}
