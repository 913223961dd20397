using System.Diagnostics.CodeAnalysis;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// Adds one tensor to another: in float32 registers, rounded once. It is a rule like the others, of which the sum is the one state, so
/// that every device and every storage type has it.
/// </summary>
[RequiresDynamicCode(CodeNeeds.ClosedTypes)]
internal static class TensorSum
{
    /// <summary>Adds numbers on a device.</summary>
    /// <param name="device">The device, whose turn it is.</param>
    /// <param name="sum">Where the sum lies.</param>
    /// <param name="sumDType">How it is stored.</param>
    /// <param name="numbers">Where the numbers lie that are added.</param>
    /// <param name="dtype">How they are stored.</param>
    /// <param name="length">How many there are.</param>
    /// <param name="goesOn">Whether there is a sum already; else the numbers are the sum.</param>
    /// <exception cref="DeviceException">The device has no memory left, or a kernel does not compile; nothing has changed.</exception>
    public static void Add(
        ComputeDevice device, MemoryPlace sum, DType sumDType, MemoryPlace numbers, DType dtype, long length, bool goesOn)
    {
        if (length == 0)
            return;
        SumOptions options = goesOn ? SumOptions.Adding : SumOptions.Overwriting;
        var layout = new SlotLayout(sumDType, dtype, WeightFormat.Plain, StateTypes.One(sumDType));
        var context = new StepContext(1, 0, 0, Accumulates: true);
        // The values may be the sum itself: a step that only accumulates leaves them, and where a copy of them is written back, the
        // states are written later.
        SlotPlaces slots = default;
        slots[Slot.Values] = slots[Slot.FirstState] = sum;
        slots[Slot.Gradients] = numbers;
        if (device.Shape != KernelShape.Host)
        {
            device.Function<SumRule<ScalarLane>>(layout, length, accumulates: true).Run(options, context, slots, length);
            return;
        }

        SlotAddresses addresses = default;
        for (int slot = 0; slot < Slot.Count; slot++)
            addresses[slot] = slots[slot].At;
        HostPass<SumRule<ScalarLane>>.RunAlone(options, context, layout, addresses, length, device.Lane, device.Threads);
    }
}
