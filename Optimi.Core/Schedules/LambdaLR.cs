namespace Optimi;

/// <summary>Multiplies each initial value by a function of the step.</summary>
/// <remarks>What the function throws is passed on by <see cref="LRScheduler.Step"/>, and nothing has changed then. Saved states do not
/// have the functions: make the schedule with the same ones.</remarks>
public sealed class LambdaLR : FormulaLR
{
    private readonly Func<long, double>[] _lrLambda;

    /// <summary>Creates the schedule, with one function for all groups.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="lrLambda">The factor, for the step, from 0.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="OptionException">A value that the function leads to is negative or not finite.</exception>
    public LambdaLR(Optimizer optimizer, Func<long, double> lrLambda, ScheduleTarget? target = null)
        : base(optimizer, target)
    {
        ArgumentNullException.ThrowIfNull(lrLambda);
        _lrLambda = [.. Enumerable.Repeat(lrLambda, Draft.Count)];
        Begin();
    }

    /// <summary>Creates the schedule, with a function for each group.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="lrLambda">The factor of each group, for the step, from 0: as many functions as groups.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="OptionException">There are more or fewer functions than groups, or a value that one leads to is negative or not
    /// finite.</exception>
    public LambdaLR(Optimizer optimizer, IEnumerable<Func<long, double>> lrLambda, ScheduleTarget? target = null)
        : base(optimizer, target)
    {
        _lrLambda = ScheduleGuard.ForEach(lrLambda, Draft.Count, nameof(lrLambda));
        Begin();
    }

    /// <inheritdoc/>
    internal override double Next(in SchedulePoint point) =>
        point.Initial * _lrLambda[point.Group](point.Step);
}
