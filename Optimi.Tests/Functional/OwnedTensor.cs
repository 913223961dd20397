using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;
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
    private readonly SlotLayout _layout;
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
        _layout = layout;
        _before = before;
        _beforeStates = beforeStates ?? before;
        for (int slot = 0; slot < Slot.Count; slot++)
        {
            if (ElementOf(slot) is not SlotElement element)
                continue;
            _slots[slot] = Array.CreateInstance(TypeOf(element), Before(slot) + Count(slot) + Behind);
            Put(slot, 0, Guard, Before(slot));
            Put(slot, Before(slot) + Count(slot), Guard, Behind);
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
        _layout.Weights.IsSplit() ? default : Memory(Slot.Compensation),
        _layout.Weights.IsSplit() ? Memory(Slot.Compensation) : default,
        Memory(Slot.Headers));

    public void Write(int slot, float[] numbers)
    {
        for (int i = 0; i < numbers.Length; i++)
            Put(slot, Before(slot) + i, numbers[i], 1);
    }

    /// <summary>The bits of a slot, widened to float32; none if it is not there, or has integers.</summary>
    public IEnumerable<uint> Bits(int slot) =>
        Enumerable.Range(Before(slot), _layout[slot]?.DType() is null ? 0 : Length).Select(i => BitConverter.SingleToUInt32Bits(Get(slot, i)));

    /// <summary>What is stored in few bits, part by part as an optimizer has it.</summary>
    public IEnumerable<byte> Parts()
    {
        IEnumerable<byte> parts = _layout.Weights.IsSplit() ? BytesOf(Slot.Compensation, Length) : [];
        int offset = 0;
        for (int state = 0; state < StateTypes.Count; state++)
        {
            if (_layout.States[state] is not SlotFormat format || format.HeaderBytesPerTile() == 0)
                continue;
            int bytesPerTile = format.HeaderBytesPerTile();
            int groupLength = format == SlotFormat.Pair16 ? Pair16.GroupLength : Signed8.GroupLength;
            int headerBytes = (Length + groupLength - 1) / groupLength * (bytesPerTile * groupLength / Tile.Length);
            int from = offset;
            parts = parts
                .Concat(BytesOf(Slot.FirstState + state, Length))
                .Concat(BytesOf(Slot.Headers, Count(Slot.Headers)).Where(
                    (_, i) => i % Stride >= from && i % Stride < from + bytesPerTile).Take(headerBytes));
            offset += bytesPerTile;
        }

        return parts;
    }

    public bool IsUntouchedAround() => Enumerable.Range(0, Slot.Count).Where(slot => _slots[slot] is not null).All(slot =>
        Enumerable.Range(0, Before(slot)).Concat(Enumerable.Range(Before(slot) + Count(slot), Behind)).All(i => Get(slot, i) == Guard));

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
                ushort[] codes when ElementOf(slot) == SlotElement.UInt16 => Upload(device, slot, codes, back),
                sbyte[] codes when ElementOf(slot) == SlotElement.Int8 => Upload(device, slot, codes, back),
                short[] codes when ElementOf(slot) == SlotElement.Int16 => Upload(device, slot, codes, back),
                byte[] codes when ElementOf(slot) == SlotElement.UInt8 => Upload(device, slot, codes, back),
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
        return buffer.View.AsContiguous().SubView(Before(slot), Count(slot));
    }

    private TensorMemory Memory(int slot) => _slots[slot] switch
    {
        float[] numbers => numbers.AsMemory(Before(slot), Length),
        BFloat16[] numbers => numbers.AsMemory(Before(slot), Length),
        Half[] numbers => numbers.AsMemory(Before(slot), Length),
        ushort[] codes when ElementOf(slot) == SlotElement.UInt16 => codes.AsMemory(Before(slot), Count(slot)),
        sbyte[] codes when ElementOf(slot) == SlotElement.Int8 => codes.AsMemory(Before(slot), Count(slot)),
        short[] codes when ElementOf(slot) == SlotElement.Int16 => codes.AsMemory(Before(slot), Count(slot)),
        byte[] codes when ElementOf(slot) == SlotElement.UInt8 => codes.AsMemory(Before(slot), Count(slot)),
        _ => default,
    };

    private int Stride => _layout.TileBytes(Slot.Headers);

    private static Type TypeOf(SlotElement element) => element switch
    {
        SlotElement.UInt16 => typeof(ushort),
        SlotElement.Int8 => typeof(sbyte),
        SlotElement.Int16 => typeof(short),
        SlotElement.UInt8 => typeof(byte),
        _ => element.RequireNumbers().Element(),
    };

    /// <summary>What a slot consists of. Arrays do not say whether their integers have a sign: patterns match both kinds.</summary>
    private SlotElement? ElementOf(int slot) => _layout[slot] is SlotFormat format ? SlotElements.Of(format) : null;

    private int Count(int slot) => (int)_layout.ElementCount(slot, Length);

    /// <summary>How many elements lie before a slot; of bytes an even number, as devices ask for.</summary>
    private int Before(int slot) =>
        (slot >= Slot.FirstState ? _beforeStates : _before) * (_layout.NumberBytes(slot) is 0 or 1 ? 2 : 1);

    private byte[] BytesOf(int slot, int count) => _slots[slot] switch
    {
        ushort[] codes => MemoryMarshal.AsBytes(codes.AsSpan(Before(slot), count)).ToArray(),
        sbyte[] codes => MemoryMarshal.AsBytes(codes.AsSpan(Before(slot), count)).ToArray(),
        short[] codes => MemoryMarshal.AsBytes(codes.AsSpan(Before(slot), count)).ToArray(),
        byte[] codes => codes.AsSpan(Before(slot), count).ToArray(),
        _ => throw new InvalidOperationException($"There are no codes in slot {slot}."),
    };

    private float Get(int slot, int index) => _slots[slot] switch
    {
        float[] numbers => numbers[index],
        BFloat16[] numbers => numbers[index],
        Half[] numbers => (float)numbers[index],
        ushort[] codes => codes[index],
        sbyte[] codes => codes[index],
        short[] codes => codes[index],
        byte[] codes => codes[index],
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
                case ushort[] codes:
                    codes[i] = (ushort)number;
                    break;
                case sbyte[] codes:
                    codes[i] = (sbyte)number;
                    break;
                case short[] codes:
                    codes[i] = (short)number;
                    break;
                case byte[] codes:
                    codes[i] = (byte)number;
                    break;
            }
        }
    }
}
