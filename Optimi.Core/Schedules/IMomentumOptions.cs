namespace Optimi;

/// <summary>Options with a momentum that schedules can change (<see cref="ScheduleTarget.Momentum"/>): SGD's, or the first beta of
/// Adam and its relatives. Options of your own rule may have one too.</summary>
public interface IMomentumOptions
{
    /// <summary>How much of the last direction is kept, or the coefficient of the gradient's moving average: at least 0, below 1.</summary>
    double Momentum { get; }

    /// <summary>The same options with another momentum.</summary>
    /// <param name="momentum">The momentum.</param>
    OptimizerOptions WithMomentum(double momentum);
}
