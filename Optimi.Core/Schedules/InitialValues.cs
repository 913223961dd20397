using System.Runtime.CompilerServices;

namespace Optimi;

/// <summary>
/// The number that a group had before its first schedule changed it. Later schedules start from it too, so that a cosine made after a
/// warm-up knows the full rate and not the one that the warm-up begins with.
/// </summary>
internal static class InitialValues
{
    private static readonly ConditionalWeakTable<ParameterGroup, Dictionary<ScheduleTarget, double>> _values = [];

    /// <summary>The initial value; null before the first schedule.</summary>
    public static double? Find(ParameterGroup group, ScheduleTarget target)
    {
        Dictionary<ScheduleTarget, double> values = _values.GetOrCreateValue(group);
        lock (values)
            return values.TryGetValue(target, out double value) ? value : null;
    }

    /// <summary>Keeps the initial value.</summary>
    public static void Keep(ParameterGroup group, ScheduleTarget target, double value)
    {
        Dictionary<ScheduleTarget, double> values = _values.GetOrCreateValue(group);
        lock (values)
            values[target] = value;
    }
}
