using System.Collections.Concurrent;
using Optimi.Kernels;

namespace Optimi;

/// <summary>The functions of a rule that were made so far.</summary>
internal static class HostFunctions<TRule>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    private static readonly ConcurrentDictionary<(SlotLayout Layout, bool Accumulates, Type Lane), HostFunction<TRule>> _made = [];

    /// <summary>The function of a kernel variant on some register.</summary>
    public static HostFunction<TRule> Of(SlotLayout layout, bool accumulates, Type lane) =>
        _made.TryGetValue((layout, accumulates, lane), out HostFunction<TRule>? function)
            ? function
            : _made.GetOrAdd(
                (layout, accumulates, lane),
                static key => LaunchFactory.CreateFunction<TRule>(key.Layout, key.Accumulates, key.Lane));
}
