using Optimi.Kernels;

namespace Optimi;

/// <summary>Tensors that are stepped together: by a launch that updates them, or by one that only accumulates into states.</summary>
internal sealed class ScheduledLaunch<TRule>(OptimizerMemory memory) : IDisposable
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    private RuleLaunch<TRule>? _updating;
    private RuleLaunch<TRule>? _accumulating;

    public OptimizerMemory Memory { get; } = memory;

    /// <summary>The launch of a kind; its kernel is compiled when it is first asked for.</summary>
    public RuleLaunch<TRule> Of(bool accumulates) => accumulates
        ? _accumulating ??= LaunchFactory.Create<TRule>(Memory, accumulates)
        : _updating ??= LaunchFactory.Create<TRule>(Memory, accumulates);

    public void Dispose()
    {
        _updating?.Dispose();
        _accumulating?.Dispose();
        Memory.Dispose();
    }
}
