using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>What a launch steps: tensors of one kernel variant, and where the memory of each lies, whoever owns it.</summary>
/// <remarks>
/// On devices with addresses every tensor may lie anywhere. On others all tensors of a launch have each slot in one buffer; only their
/// gradients may lie in several, which takes a launch for each run of tensors whose gradients are in the same.
/// </remarks>
internal sealed class LaunchMemory
{
    /// <summary>For each slot one less than the bytes that fast kernels move at once, a power of two.</summary>
    private readonly int[] _alignmentMasks;

    private readonly int _gradientMask;
    private readonly SlotFlags[] _flags;
    private readonly MemoryBuffer?[] _buffers = new MemoryBuffer?[Slot.Count];
    private readonly MemoryBuffer?[] _gradientBuffers;

    /// <param name="device">The device.</param>
    /// <param name="layout">The kernel variant.</param>
    /// <param name="lengths">How many numbers each tensor has.</param>
    /// <param name="moves">Whether all slots may lie elsewhere in each step.</param>
    public LaunchMemory(ComputeDevice device, SlotLayout layout, IReadOnlyList<long> lengths, bool moves)
    {
        Device = device;
        Moves = moves;
        Layout = layout;
        Extents = new TensorExtent[lengths.Count];
        Places = new TensorPlace[lengths.Count];
        _flags = new SlotFlags[lengths.Count];
        _alignmentMasks = [.. Enumerable.Range(0, Slot.Count).Select(slot => AlignmentOf(slot) - 1)];
        _gradientMask = _alignmentMasks[Slot.Gradients];
        _gradientBuffers = device.HasAddresses ? [] : new MemoryBuffer?[lengths.Count];
        foreach ((int tensor, long length) in lengths.Index())
        {
            Extents[tensor] = TensorExtent.Of(TileCount, length);
            Places[tensor].Length = length;
            TileCount = checked(TileCount + Extents[tensor].TileCount);
        }
    }

    public ComputeDevice Device { get; }

    public SlotLayout Layout { get; }

    /// <summary>Whether all slots may lie elsewhere in each step; else only gradients may.</summary>
    public bool Moves { get; }

    /// <summary>The tensors, in the order of their tiles.</summary>
    public TensorExtent[] Extents { get; }

    /// <summary>Where each tensor lies.</summary>
    public TensorPlace[] Places { get; }

    /// <summary>Tiles of all tensors.</summary>
    public int TileCount { get; private set; }

    /// <summary>All of it.</summary>
    public LaunchRange Range => RangeOf(0, Extents.Length);

    /// <summary>Some tensors that follow one another.</summary>
    public LaunchRange RangeOf(int firstTensor, int count)
    {
        if (count == 0)
            return default;
        int firstTile = Extents[firstTensor].FirstTile;
        return new(firstTile, Extents[firstTensor + count - 1].EndTile - firstTile, firstTensor, count);
    }

    /// <summary>Says how many numbers the one tensor has that is stepped next.</summary>
    public void SetLength(long length)
    {
        Extents[0] = TensorExtent.Of(0, length);
        Places[0].Length = length;
        TileCount = Extents[0].TileCount;
    }

    /// <summary>Says where a slot of a tensor lies.</summary>
    public void Set(int tensor, int slot, MemoryPlace place)
    {
        Places[tensor].Slots[slot] = place.At;
        _flags[tensor].Set(slot, isUnpadded: !place.IsPadded && Layout[slot] is not null, isUnaligned: (place.At & _alignmentMasks[slot]) != 0);
        if (Device.HasAddresses)
            return;
        if (slot == Slot.Gradients)
            _gradientBuffers[tensor] = place.Buffer;
        else
            _buffers[slot] = place.Buffer;
    }

    /// <summary>Says where a tensor's gradient lies from now on.</summary>
    /// <remarks>For thousands of tensors in every step: less work than <see cref="Set"/>.</remarks>
    public void MoveGradient(int tensor, in MemoryPlace place)
    {
        Places[tensor].Slots[Slot.Gradients] = place.At;
        _flags[tensor].Set(Slot.Gradients, isUnpadded: !place.IsPadded, isUnaligned: (place.At & _gradientMask) != 0);
        if (!Device.HasAddresses)
            _gradientBuffers[tensor] = place.Buffer;
    }

    /// <summary>Lets go of buffers that are their owner's to free.</summary>
    public void ForgetBuffers()
    {
        Array.Clear(_buffers);
        Array.Clear(_gradientBuffers);
    }

    /// <summary>Where a tensor lies, as kernels take it.</summary>
    public Slabs<long> PlacesOf(int tensor)
    {
        ref SlotAddresses slots = ref Places[tensor].Slots;
        return new()
        {
            Values = slots[Slot.Values],
            Gradients = slots[Slot.Gradients],
            Compensation = slots[Slot.Compensation],
            State0 = slots[Slot.FirstState],
            State1 = slots[Slot.FirstState + 1],
            State2 = slots[Slot.FirstState + 2],
            State3 = slots[Slot.FirstState + 3],
            Average = slots[Slot.Average],
            Headers = slots[Slot.Headers],
        };
    }

    /// <summary>Which slots of a tensor end within its last tile, by <see cref="Slot"/>.</summary>
    public int UnpaddedSlotsOf(int tensor) =>
        Extents[tensor].LastTileLength == Tile.Length ? 0 : _flags[tensor].Unpadded;

    /// <summary>Which tiles of a tensor are to be touched with care, as <see cref="TensorStep"/> says it.</summary>
    public int CareOf(int tensor)
    {
        if (_flags[tensor].Unaligned != 0)
            return TensorStep.CareOfAll;
        return UnpaddedSlotsOf(tensor) != 0 ? TensorStep.CareOfEnd : TensorStep.NoCare;
    }

    /// <summary>The buffer that a tensor's gradient lies in, on a device without addresses.</summary>
    public MemoryBuffer? GradientBufferOf(int tensor) => Device.HasAddresses ? null : _gradientBuffers[tensor];

    /// <summary>The memory of each slot as a kernel sees it: on a device with addresses all of the device's.</summary>
    /// <param name="gradients">The buffer of the gradients, on a device without addresses.</param>
    /// <param name="see">How the kernel sees memory.</param>
    public Slabs<TMemory> SlotsAs<TMemory>(MemoryBuffer? gradients, Func<ArrayView<byte>, TMemory> see)
        where TMemory : struct
    {
        return new()
        {
            Values = Of(_buffers[Slot.Values]),
            Gradients = Of(gradients),
            Compensation = Of(_buffers[Slot.Compensation]),
            State0 = Of(_buffers[Slot.FirstState]),
            State1 = Of(_buffers[Slot.FirstState + 1]),
            State2 = Of(_buffers[Slot.FirstState + 2]),
            State3 = Of(_buffers[Slot.FirstState + 3]),
            Average = Of(_buffers[Slot.Average]),
            Headers = Of(_buffers[Slot.Headers]),
        };

        // A slot that is not used may be any.
        TMemory Of(MemoryBuffer? buffer)
        {
            if (Device.HasAddresses)
                return see(Device.AddressSpace);
            return see((buffer ?? _buffers[Slot.Values]!).AsRawArrayView());
        }
    }

    /// <summary>Bytes that fast kernels move at once: a unit, but at least a word, or a quad. The host takes any alignment.</summary>
    private int AlignmentOf(int slot) => Device.Shape switch
    {
        KernelShape.Host => 1,
        KernelShape.Quad => 1 << Quad.LogOfBytes,
        _ => Math.Max(sizeof(uint), Layout.UnitBytes(slot)),
    };

    /// <summary>What is unusual about the slots of a tensor: a bit for each.</summary>
    private struct SlotFlags
    {
        public ushort Unpadded;

        public ushort Unaligned;

        public void Set(int slot, bool isUnpadded, bool isUnaligned)
        {
            Unpadded = With(Unpadded, slot, isUnpadded);
            Unaligned = With(Unaligned, slot, isUnaligned);
        }

        private static ushort With(ushort flags, int slot, bool isSet) =>
            (ushort)(isSet ? flags | (1 << slot) : flags & ~(1 << slot));
    }
}
