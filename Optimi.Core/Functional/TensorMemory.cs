using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>
/// As <see cref="TensorSpan"/>, for lists of tensors and for memory that is kept: an array or <see cref="Memory{T}"/> becomes one by
/// itself; memory that is not managed is given by its address.
/// </summary>
public readonly struct TensorMemory
{
    /// <summary>An array, or what pins other managed memory; null where there is an address.</summary>
    private readonly object? _owner;

    /// <summary>The address; with an owner the number of the first element there.</summary>
    private readonly nint _start;

    private readonly SlotElement _element;

    /// <summary>Memory at an address, which stays valid as long as it is used.</summary>
    /// <param name="address">Where the first number lies.</param>
    /// <param name="dtype">How the numbers are stored.</param>
    /// <param name="length">How many there are.</param>
    /// <exception cref="ParameterException">The type is not a storage type, the length is negative, or the address is 0 or not aligned
    /// to a number.</exception>
    public TensorMemory(nint address, DType dtype, nint length)
        : this(null, address, length, SlotElements.Of(dtype)) => RawMemory.Check(address, _element, length);

    /// <summary>Memory of integers at an address, which stays valid as long as it is used.</summary>
    /// <param name="address">Where the first one lies.</param>
    /// <param name="type">Their type.</param>
    /// <param name="length">How many there are.</param>
    /// <exception cref="ParameterException">There is no such type, the length is negative, or the address is 0 or not aligned to an
    /// integer.</exception>
    public TensorMemory(nint address, CodeType type, nint length)
        : this(null, address, length, SlotElements.Of(type)) => RawMemory.Check(address, _element, length);

    private TensorMemory(object? owner, nint start, nint length, SlotElement element) =>
        (_owner, _start, Length, _element) = (owner, start, length, element);

    /// <summary>How the numbers are stored.</summary>
    /// <exception cref="ParameterException">There are integers, not numbers.</exception>
    public DType DType => _element.RequireNumbers();

    /// <summary>How many numbers there are, or integers.</summary>
    public nint Length { get; }

    internal SlotShape Shape => new(_element, Length);

    /// <summary>The memory as a tensor.</summary>
    /// <param name="numbers">The numbers.</param>
    public static implicit operator TensorMemory(Memory<float> numbers) => Over(numbers, SlotElement.Float32);

    /// <inheritdoc cref="op_Implicit(Memory{float})"/>
    public static implicit operator TensorMemory(Memory<BFloat16> numbers) => Over(numbers, SlotElement.BFloat16);

    /// <inheritdoc cref="op_Implicit(Memory{float})"/>
    public static implicit operator TensorMemory(Memory<Half> numbers) => Over(numbers, SlotElement.Float16);

    /// <inheritdoc cref="op_Implicit(Memory{float})"/>
    public static implicit operator TensorMemory(float[] numbers) => numbers.AsMemory();

    /// <inheritdoc cref="op_Implicit(Memory{float})"/>
    public static implicit operator TensorMemory(BFloat16[] numbers) => numbers.AsMemory();

    /// <inheritdoc cref="op_Implicit(Memory{float})"/>
    public static implicit operator TensorMemory(Half[] numbers) => numbers.AsMemory();

    /// <summary>What is stored in few bits, as memory of a tensor.</summary>
    /// <param name="codes">The integers.</param>
    public static implicit operator TensorMemory(Memory<ushort> codes) => Over(codes, SlotElement.UInt16);

    /// <inheritdoc cref="op_Implicit(Memory{ushort})"/>
    public static implicit operator TensorMemory(Memory<sbyte> codes) => Over(codes, SlotElement.Int8);

    /// <inheritdoc cref="op_Implicit(Memory{ushort})"/>
    public static implicit operator TensorMemory(Memory<short> codes) => Over(codes, SlotElement.Int16);

    /// <inheritdoc cref="op_Implicit(Memory{ushort})"/>
    public static implicit operator TensorMemory(Memory<byte> codes) => Over(codes, SlotElement.UInt8);

    /// <inheritdoc cref="op_Implicit(Memory{ushort})"/>
    public static implicit operator TensorMemory(ushort[] codes) => codes.AsMemory();

    /// <inheritdoc cref="op_Implicit(Memory{ushort})"/>
    public static implicit operator TensorMemory(sbyte[] codes) => codes.AsMemory();

    /// <inheritdoc cref="op_Implicit(Memory{ushort})"/>
    public static implicit operator TensorMemory(short[] codes) => codes.AsMemory();

    /// <inheritdoc cref="op_Implicit(Memory{ushort})"/>
    public static implicit operator TensorMemory(byte[] codes) => codes.AsMemory();

    internal unsafe MemoryHandle Pin()
    {
        switch (_owner)
        {
            case null:
                return new MemoryHandle((void*)_start);
            case IPinnable pinnable:
                return pinnable.Pin((int)_start);
            default:
                var array = (Array)_owner;
                var handle = GCHandle.Alloc(array, GCHandleType.Pinned);
                void* first = Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
                return new MemoryHandle((byte*)first + (_start * _element.Bytes()), handle);
        }
    }

    private static TensorMemory Over<T>(Memory<T> numbers, SlotElement element)
        where T : unmanaged
    {
        if (MemoryMarshal.TryGetArray(numbers, out ArraySegment<T> segment))
            return new(segment.Count == 0 ? null : segment.Array, segment.Count == 0 ? 0 : segment.Offset, segment.Count, element);
        MemoryMarshal.TryGetMemoryManager<T, MemoryManager<T>>(numbers, out MemoryManager<T>? manager, out int start, out int length);
        return new(manager, start, length, element);
    }
}
