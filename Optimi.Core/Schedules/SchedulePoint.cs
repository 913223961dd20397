namespace Optimi;

/// <summary>Where a schedule is with a group.</summary>
/// <param name="Step">The step, from 0.</param>
/// <param name="Group">The group's place among the groups.</param>
/// <param name="Initial">What the group had before its first schedule.</param>
/// <param name="Value">What it has now.</param>
internal readonly record struct SchedulePoint(long Step, int Group, double Initial, double Value);
