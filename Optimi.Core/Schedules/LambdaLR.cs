namespace Optimi;

/// <summary>Multiplies each initial value by a function of the step.</summary>
/// <remarks>What the function throws is passed on by <see cref="LRScheduler.Step"/>, and nothing has changed then. Saved states do not
/// have the functions: make the schedule with the same ones.</remarks>
public sealed class LambdaLR : FunctionLR
{
    /// <summary>Creates the schedule, with one function for all groups.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="lrLambda">Gives the factor of a step, which is counted from 0.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="OptionException">A value that the function leads to is negative or not finite.</exception>
    public LambdaLR(Optimizer optimizer, Func<long, double> lrLambda, ScheduleTarget? target = null)
        : base(optimizer, lrLambda, target)
    {
    }

    /// <summary>Creates the schedule, with a function for each group.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="lrLambda">Give the factor of a step, which is counted from 0: as many functions as groups.</param>
    /// <param name="target">Which number of each group it changes. Default: the learning rate.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="OptionException">There are more or fewer functions than groups, or a value that one leads to is negative or not
    /// finite.</exception>
    public LambdaLR(Optimizer optimizer, IEnumerable<Func<long, double>> lrLambda, ScheduleTarget? target = null)
        : base(optimizer, lrLambda, target)
    {
    }

    /// <inheritdoc/>
    internal override double Next(in SchedulePoint point) => point.Initial * Factor(point);
}
