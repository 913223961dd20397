using ILGPU;
using ILGPU.Runtime;
using Half = System.Half;

namespace Optimi.Tests;

/// <summary>
/// A tensor's slots in arrays of the test's own, each with something before and behind it that must stay as it is.
/// </summary>
internal sealed class OwnedTensor
{
    private const int Behind = 5;

    /// <summary>What lies before and behind.</summary>
    private const float Guard = 12;

    private readonly Array?[] _slots = new Array?[Slot.Count];
    private readonly int _before;
    private readonly int _beforeStates;

    /// <summary>Allocates the slots of a kernel variant.</summary>
    /// <param name="layout">The kernel variant.</param>
    /// <param name="length">How many numbers.</param>
    /// <param name="before">How many numbers lie before.</param>
    /// <param name="beforeStates">How many lie before the states, if not as many.</param>
    public OwnedTensor(SlotLayout layout, int length, int before, int? beforeStates = null)
    {
        Length = length;
        _before = before;
        _beforeStates = beforeStates ?? before;
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            if (layout[slot]?.DType() is not DType dtype)
                continue;
            _slots[slot] = Array.CreateInstance(dtype.Element(), Before(slot) + length + Behind);
            Put(slot, 0, Guard, Before(slot));
            Put(slot, Before(slot) + length, Guard, Behind);
        }
    }

    public int Length { get; }

    public TensorSlots Slots => new(
        Memory(Slot.Values),
        Memory(Slot.Gradients),
        Memory(Slot.FirstState),
        Memory(Slot.FirstState + 1),
        Memory(Slot.FirstState + 2),
        Memory(Slot.FirstState + 3),
        Memory(Slot.Compensation));

    public void Write(int slot, float[] numbers)
    {
        for (int i = 0; i < numbers.Length; i++)
            Put(slot, Before(slot) + i, numbers[i], 1);
    }

    /// <summary>The bits of a slot, widened to float32; none if it is not there.</summary>
    public IEnumerable<uint> Bits(int slot) =>
        Enumerable.Range(Before(slot), _slots[slot] is null ? 0 : Length).Select(i => BitConverter.SingleToUInt32Bits(Get(slot, i)));

    public bool IsUntouchedAround() => Enumerable.Range(0, Slot.Count).Where(slot => _slots[slot] is not null).All(slot =>
        Enumerable.Range(0, Before(slot)).Concat(Enumerable.Range(Before(slot) + Length, Behind)).All(i => Get(slot, i) == Guard));

    /// <summary>Does something with the memory on a device, and brings it back.</summary>
    public void On(ComputeDevice device, Action<TensorView[]> action)
    {
        var views = new TensorView[Slot.Count];
        var back = new List<Action>();
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            views[slot] = _slots[slot] switch
            {
                float[] numbers => Upload(device, slot, numbers, back),
                BFloat16[] numbers => Upload(device, slot, numbers, back),
                Half[] numbers => Upload(device, slot, numbers, back),
                _ => default,
            };
        }

        action(views);
        back.ForEach(copy => copy());
    }

    private ArrayView<T> Upload<T>(ComputeDevice device, int slot, T[] numbers, List<Action> back)
        where T : unmanaged
    {
        MemoryBuffer1D<T, Stride1D.Dense> buffer = device.Accelerator.Allocate1D<T>(numbers.Length);
        buffer.CopyFromCPU(device.Stream, numbers);
        back.Add(() =>
        {
            buffer.CopyToCPU(device.Stream, numbers);
            device.Synchronize();
            buffer.Dispose();
        });
        return buffer.View.AsContiguous().SubView(Before(slot), Length);
    }

    private TensorMemory Memory(int slot) => _slots[slot] switch
    {
        float[] numbers => numbers.AsMemory(Before(slot), Length),
        BFloat16[] numbers => numbers.AsMemory(Before(slot), Length),
        Half[] numbers => numbers.AsMemory(Before(slot), Length),
        _ => default,
    };

    private int Before(int slot) => slot >= Slot.FirstState ? _beforeStates : _before;

    private float Get(int slot, int index) => _slots[slot] switch
    {
        float[] numbers => numbers[index],
        BFloat16[] numbers => numbers[index],
        Half[] numbers => (float)numbers[index],
        _ => throw new InvalidOperationException($"There is no slot {slot}."),
    };

    private void Put(int slot, int first, float number, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            switch (_slots[slot])
            {
                case float[] numbers:
                    numbers[i] = number;
                    break;
                case BFloat16[] numbers:
                    numbers[i] = (BFloat16)number;
                    break;
                case Half[] numbers:
                    numbers[i] = (Half)number;
                    break;
            }
        }
    }
}
