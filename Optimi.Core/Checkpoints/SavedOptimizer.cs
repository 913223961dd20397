namespace Optimi;

/// <summary>An optimizer as a checkpoint describes it.</summary>
/// <param name="Kind">The optimizer's class, for people.</param>
/// <param name="Rule">The rule's type, by which states are known to be of the same kind.</param>
/// <param name="Averages">Whether averages of the parameters are kept.</param>
/// <param name="Gate">What gradients have to pass.</param>
/// <param name="Groups">The groups.</param>
internal sealed record SavedOptimizer(string Kind, string Rule, bool Averages, GateState Gate, IReadOnlyList<SavedGroup> Groups);
