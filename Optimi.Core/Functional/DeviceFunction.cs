using Optimi.Kernels;

namespace Optimi;

/// <summary>A rule as a function of a device's memory, for one kernel variant and length.</summary>
internal sealed class DeviceFunction<TRule>(BorrowedMemory memory, bool accumulates) : IDisposable
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    private readonly RuleLaunch<TRule> _launch = LaunchFactory.Create<TRule>(memory, accumulates);

    /// <summary>Queues a step.</summary>
    public void Run(RuleOptions<TRule> options, in StepContext context, ReadOnlySpan<TensorView> slots)
    {
        memory.Borrow(slots);
        try
        {
            _launch.BeginAlone(options, context);
            _launch.Run(memory.Range);
        }
        finally
        {
            memory.GiveBack();
        }
    }

    public void Dispose() => _launch.Dispose();
}
