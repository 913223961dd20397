using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>
/// Memory of a tensor on the host that the caller owns: numbers of one of the three storage types, dense, of any alignment of their
/// type. A span, an array or a dense <see cref="TensorSpan{T}"/> of <see cref="float"/>, <see cref="BFloat16"/> or <see cref="Half"/>
/// becomes one by itself; other memory is given by its address. The default stands for a slot that is not there.
/// </summary>
public readonly ref struct TensorSpan
{
    private readonly ref byte _start;

    /// <summary>Memory at an address, which stays valid as long as the span is used.</summary>
    /// <param name="address">Where the first number lies.</param>
    /// <param name="dtype">How the numbers are stored.</param>
    /// <param name="length">How many there are.</param>
    /// <exception cref="ParameterException">The type is not a storage type, the length is negative, or the address is 0 or not aligned
    /// to a number.</exception>
    public unsafe TensorSpan(nint address, DType dtype, nint length)
        : this(ref RawMemory.Checked(address, dtype, length), length, dtype)
    {
    }

    private TensorSpan(ref byte start, nint length, DType dtype)
    {
        _start = ref start;
        Length = length;
        DType = dtype;
    }

    /// <summary>How the numbers are stored.</summary>
    public DType DType { get; }

    /// <summary>How many numbers there are.</summary>
    public nint Length { get; }

    internal SlotShape Shape => new(DType, Length);

    internal ref byte GetPinnableReference() => ref _start;

    /// <summary>The memory as a tensor.</summary>
    /// <param name="numbers">The numbers.</param>
    public static implicit operator TensorSpan(Span<float> numbers) => Over(numbers, DType.Float32);

    /// <inheritdoc cref="op_Implicit(Span{float})"/>
    public static implicit operator TensorSpan(Span<BFloat16> numbers) => Over(numbers, DType.BFloat16);

    /// <inheritdoc cref="op_Implicit(Span{float})"/>
    public static implicit operator TensorSpan(Span<Half> numbers) => Over(numbers, DType.Float16);

    /// <inheritdoc cref="op_Implicit(Span{float})"/>
    public static implicit operator TensorSpan(float[] numbers) => Over(numbers.AsSpan(), DType.Float32);

    /// <inheritdoc cref="op_Implicit(Span{float})"/>
    public static implicit operator TensorSpan(BFloat16[] numbers) => Over(numbers.AsSpan(), DType.BFloat16);

    /// <inheritdoc cref="op_Implicit(Span{float})"/>
    public static implicit operator TensorSpan(Half[] numbers) => Over(numbers.AsSpan(), DType.Float16);

    /// <summary>The tensor, which must be dense.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="ParameterException">Its numbers do not follow one another in memory.</exception>
    public static implicit operator TensorSpan(TensorSpan<float> tensor) => Over(tensor, DType.Float32);

    /// <summary>The tensor, which must be dense.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="ParameterException">Its numbers do not follow one another in memory.</exception>
    public static implicit operator TensorSpan(TensorSpan<BFloat16> tensor) => Over(tensor, DType.BFloat16);

    /// <summary>The tensor, which must be dense.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="ParameterException">Its numbers do not follow one another in memory.</exception>
    public static implicit operator TensorSpan(TensorSpan<Half> tensor) => Over(tensor, DType.Float16);

    private static TensorSpan Over<T>(TensorSpan<T> tensor, DType dtype)
        where T : unmanaged
    {
        RawMemory.CheckDense(tensor.IsDense || tensor.FlattenedLength == 0, tensor.Lengths);
        return new(ref Unsafe.As<T, byte>(ref tensor.GetPinnableReference()), tensor.FlattenedLength, dtype);
    }

    private static TensorSpan Over<T>(Span<T> numbers, DType dtype)
        where T : unmanaged =>
        new(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(numbers)), numbers.Length, dtype);
}
