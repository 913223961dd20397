namespace Optimi;

/// <summary>What goes on from step to step of what gradients have to pass.</summary>
/// <param name="SkippedSteps">How many steps were skipped.</param>
/// <param name="Sum">The sum of all gradients' squares in the last step; null if none was found.</param>
/// <param name="HasClosed">Whether a step was closed whose parameters were stepped one after the other: its norm clips the next
/// one.</param>
internal readonly record struct GateState(long SkippedSteps, float? Sum, bool HasClosed);
