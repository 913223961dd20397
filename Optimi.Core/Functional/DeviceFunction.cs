using Optimi.Kernels;

namespace Optimi;

/// <summary>A rule as a function of a device's memory, for one kernel variant, and of a rule that measures for one length.</summary>
internal sealed class DeviceFunction<TRule> : IDisposable
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    private readonly LaunchMemory _memory;
    private readonly RuleLaunch<TRule> _launch;

    /// <param name="device">The device.</param>
    /// <param name="layout">The kernel variant.</param>
    /// <param name="length">How many numbers its first tensor has; of a rule that measures, all of them.</param>
    /// <param name="accumulates">Whether it only accumulates into states.</param>
    public DeviceFunction(ComputeDevice device, SlotLayout layout, long length, bool accumulates)
    {
        _memory = new LaunchMemory(device, layout, [length], moves: true);
        _launch = LaunchFactory.Create<TRule>(_memory, accumulates);
    }

    /// <summary>Queues a step.</summary>
    public void Run(RuleOptions<TRule> options, in StepContext context, in SlotPlaces slots, long length)
    {
        _memory.SetLength(length);
        for (int slot = 0; slot < Slot.Count; slot++)
            _memory.Set(0, slot, slots[slot]);
        try
        {
            _launch.BeginAlone(options, context);
            _launch.Run();
        }
        finally
        {
            _launch.ForgetBuffers();
        }
    }

    public void Dispose() => _launch.Dispose();
}
