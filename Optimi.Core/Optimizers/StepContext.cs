namespace Optimi;

/// <summary>What the scalars of a step depend on beside the options.</summary>
/// <param name="Step">t: the number of the parameter's step, from 1.</param>
/// <param name="Lr">The group's learning rate in this step.</param>
public readonly record struct StepContext(long Step, double Lr);
