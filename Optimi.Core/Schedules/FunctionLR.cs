namespace Optimi;

/// <summary>A schedule that multiplies by a function of the step, the same for all groups or one for each.</summary>
public abstract class FunctionLR : FormulaLR
{
    private readonly Func<long, double>[] _functions;

    private protected FunctionLR(Optimizer optimizer, Func<long, double> lrLambda, ScheduleTarget? target)
        : base(optimizer, target)
    {
        ArgumentNullException.ThrowIfNull(lrLambda);
        _functions = [.. Enumerable.Repeat(lrLambda, Draft.Count)];
        Begin();
    }

    private protected FunctionLR(Optimizer optimizer, IEnumerable<Func<long, double>> lrLambda, ScheduleTarget? target)
        : base(optimizer, target)
    {
        ArgumentNullException.ThrowIfNull(lrLambda);
        _functions = [.. lrLambda];
        if (Array.IndexOf(_functions, null) >= 0)
            throw new ArgumentNullException(nameof(lrLambda));
        if (_functions.Length != Draft.Count)
        {
            throw new OptionException(
                $"{nameof(lrLambda)} has {_functions.Length} functions, but the optimizer has {Draft.Count} groups; give one for all, or"
                + " one for each.");
        }

        Begin();
    }

    /// <summary>What the group's function says of the step.</summary>
    private protected double Factor(in SchedulePoint point) => _functions[point.Group](point.Step);
}
