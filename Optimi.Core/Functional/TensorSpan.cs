using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>
/// Memory of a tensor on the host that the caller owns: numbers of one of the three storage types, dense, of any alignment of their
/// type. A span, an array or a dense <see cref="TensorSpan{T}"/> of <see cref="float"/>, <see cref="BFloat16"/> or <see cref="Half"/>
/// becomes one by itself, and so does a span or an array of the integers of <see cref="CodeType"/>, for what is stored in few bits; other
/// memory is given by its address. The default stands for a slot that is not there.
/// </summary>
public readonly ref struct TensorSpan
{
    private readonly ref byte _start;
    private readonly SlotElement _element;

    /// <summary>Memory at an address, which stays valid as long as the span is used.</summary>
    /// <param name="address">Where the first number lies.</param>
    /// <param name="dtype">How the numbers are stored.</param>
    /// <param name="length">How many there are.</param>
    /// <exception cref="ParameterException">The type is not a storage type, the length is negative, or the address is 0 or not aligned
    /// to a number.</exception>
    public unsafe TensorSpan(nint address, DType dtype, nint length)
        : this(ref RawMemory.Checked(address, SlotElements.Of(dtype), length), length, SlotElements.Of(dtype))
    {
    }

    /// <summary>Memory of integers at an address, which stays valid as long as the span is used.</summary>
    /// <param name="address">Where the first one lies.</param>
    /// <param name="type">Their type.</param>
    /// <param name="length">How many there are.</param>
    /// <exception cref="ParameterException">There is no such type, the length is negative, or the address is 0 or not aligned to an
    /// integer.</exception>
    public unsafe TensorSpan(nint address, CodeType type, nint length)
        : this(ref RawMemory.Checked(address, SlotElements.Of(type), length), length, SlotElements.Of(type))
    {
    }

    private TensorSpan(ref byte start, nint length, SlotElement element)
    {
        _start = ref start;
        Length = length;
        _element = element;
    }

    /// <summary>How the numbers are stored.</summary>
    /// <exception cref="ParameterException">There are integers, not numbers.</exception>
    public DType DType => _element.RequireNumbers();

    /// <summary>How many numbers there are, or integers.</summary>
    public nint Length { get; }

    internal SlotShape Shape => new(_element, Length);

    internal ref byte GetPinnableReference() => ref _start;

    /// <summary>The memory as a tensor.</summary>
    /// <param name="numbers">The numbers.</param>
    public static implicit operator TensorSpan(Span<float> numbers) => Over(numbers, SlotElement.Float32);

    /// <inheritdoc cref="op_Implicit(Span{float})"/>
    public static implicit operator TensorSpan(Span<BFloat16> numbers) => Over(numbers, SlotElement.BFloat16);

    /// <inheritdoc cref="op_Implicit(Span{float})"/>
    public static implicit operator TensorSpan(Span<Half> numbers) => Over(numbers, SlotElement.Float16);

    /// <inheritdoc cref="op_Implicit(Span{float})"/>
    public static implicit operator TensorSpan(float[] numbers) => Over(numbers.AsSpan(), SlotElement.Float32);

    /// <inheritdoc cref="op_Implicit(Span{float})"/>
    public static implicit operator TensorSpan(BFloat16[] numbers) => Over(numbers.AsSpan(), SlotElement.BFloat16);

    /// <inheritdoc cref="op_Implicit(Span{float})"/>
    public static implicit operator TensorSpan(Half[] numbers) => Over(numbers.AsSpan(), SlotElement.Float16);

    /// <summary>What is stored in few bits, as memory of a tensor.</summary>
    /// <param name="codes">The integers.</param>
    public static implicit operator TensorSpan(Span<ushort> codes) => Over(codes, SlotElement.UInt16);

    /// <inheritdoc cref="op_Implicit(Span{ushort})"/>
    public static implicit operator TensorSpan(Span<sbyte> codes) => Over(codes, SlotElement.Int8);

    /// <inheritdoc cref="op_Implicit(Span{ushort})"/>
    public static implicit operator TensorSpan(Span<short> codes) => Over(codes, SlotElement.Int16);

    /// <inheritdoc cref="op_Implicit(Span{ushort})"/>
    public static implicit operator TensorSpan(Span<byte> codes) => Over(codes, SlotElement.UInt8);

    /// <inheritdoc cref="op_Implicit(Span{ushort})"/>
    public static implicit operator TensorSpan(ushort[] codes) => Over(codes.AsSpan(), SlotElement.UInt16);

    /// <inheritdoc cref="op_Implicit(Span{ushort})"/>
    public static implicit operator TensorSpan(sbyte[] codes) => Over(codes.AsSpan(), SlotElement.Int8);

    /// <inheritdoc cref="op_Implicit(Span{ushort})"/>
    public static implicit operator TensorSpan(short[] codes) => Over(codes.AsSpan(), SlotElement.Int16);

    /// <inheritdoc cref="op_Implicit(Span{ushort})"/>
    public static implicit operator TensorSpan(byte[] codes) => Over(codes.AsSpan(), SlotElement.UInt8);

    /// <summary>The tensor, which must be dense.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="ParameterException">Its numbers do not follow one another in memory.</exception>
    public static implicit operator TensorSpan(TensorSpan<float> tensor) => Over(tensor, SlotElement.Float32);

    /// <summary>The tensor, which must be dense.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="ParameterException">Its numbers do not follow one another in memory.</exception>
    public static implicit operator TensorSpan(TensorSpan<BFloat16> tensor) => Over(tensor, SlotElement.BFloat16);

    /// <summary>The tensor, which must be dense.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="ParameterException">Its numbers do not follow one another in memory.</exception>
    public static implicit operator TensorSpan(TensorSpan<Half> tensor) => Over(tensor, SlotElement.Float16);

    private static TensorSpan Over<T>(TensorSpan<T> tensor, SlotElement element)
        where T : unmanaged
    {
        RawMemory.CheckDense(tensor.IsDense || tensor.FlattenedLength == 0, tensor.Lengths);
        return new(ref Unsafe.As<T, byte>(ref tensor.GetPinnableReference()), tensor.FlattenedLength, element);
    }

    private static TensorSpan Over<T>(Span<T> numbers, SlotElement element)
        where T : unmanaged =>
        new(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(numbers)), numbers.Length, element);
}
