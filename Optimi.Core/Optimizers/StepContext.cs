namespace Optimi;

/// <summary>What the scalars of a step depend on beside the options.</summary>
/// <param name="Step">t: the number of the parameter's step, from 1.</param>
/// <param name="Lr">The group's learning rate in this step.</param>
/// <param name="MaxLr">The highest learning rate of the group's schedule.</param>
/// <param name="Accumulates">Whether the step only accumulates into the states: then there is no decay of any kind.</param>
public readonly record struct StepContext(long Step, double Lr, double MaxLr, bool Accumulates);
