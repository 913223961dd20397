using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>As <see cref="TensorSpan"/>, for memory that is only read: a gradient.</summary>
public readonly ref struct ReadOnlyTensorSpan
{
    private readonly ref readonly byte _start;

    /// <summary>Memory at an address, which stays valid as long as the span is used.</summary>
    /// <param name="address">Where the first number lies.</param>
    /// <param name="dtype">How the numbers are stored.</param>
    /// <param name="length">How many there are.</param>
    /// <exception cref="ParameterException">The type is not a storage type, the length is negative, or the address is 0 or not aligned
    /// to a number.</exception>
    public unsafe ReadOnlyTensorSpan(nint address, DType dtype, nint length)
        : this(ref RawMemory.Checked(address, SlotElements.Of(dtype), length), length, dtype)
    {
    }

    private ReadOnlyTensorSpan(ref readonly byte start, nint length, DType dtype)
    {
        _start = ref start;
        Length = length;
        DType = dtype;
    }

    /// <summary>How the numbers are stored.</summary>
    public DType DType { get; }

    /// <summary>How many numbers there are.</summary>
    public nint Length { get; }

    internal SlotShape Shape => new((SlotElement)DType, Length);

    internal ref readonly byte GetPinnableReference() => ref _start;

    /// <summary>The memory as a tensor.</summary>
    /// <param name="numbers">The numbers.</param>
    public static implicit operator ReadOnlyTensorSpan(ReadOnlySpan<float> numbers) => Over(numbers, DType.Float32);

    /// <inheritdoc cref="op_Implicit(ReadOnlySpan{float})"/>
    public static implicit operator ReadOnlyTensorSpan(ReadOnlySpan<BFloat16> numbers) => Over(numbers, DType.BFloat16);

    /// <inheritdoc cref="op_Implicit(ReadOnlySpan{float})"/>
    public static implicit operator ReadOnlyTensorSpan(ReadOnlySpan<Half> numbers) => Over(numbers, DType.Float16);

    /// <inheritdoc cref="op_Implicit(ReadOnlySpan{float})"/>
    public static implicit operator ReadOnlyTensorSpan(Span<float> numbers) => Over<float>(numbers, DType.Float32);

    /// <inheritdoc cref="op_Implicit(ReadOnlySpan{float})"/>
    public static implicit operator ReadOnlyTensorSpan(Span<BFloat16> numbers) => Over<BFloat16>(numbers, DType.BFloat16);

    /// <inheritdoc cref="op_Implicit(ReadOnlySpan{float})"/>
    public static implicit operator ReadOnlyTensorSpan(Span<Half> numbers) => Over<Half>(numbers, DType.Float16);

    /// <inheritdoc cref="op_Implicit(ReadOnlySpan{float})"/>
    public static implicit operator ReadOnlyTensorSpan(float[] numbers) => Over<float>(numbers, DType.Float32);

    /// <inheritdoc cref="op_Implicit(ReadOnlySpan{float})"/>
    public static implicit operator ReadOnlyTensorSpan(BFloat16[] numbers) => Over<BFloat16>(numbers, DType.BFloat16);

    /// <inheritdoc cref="op_Implicit(ReadOnlySpan{float})"/>
    public static implicit operator ReadOnlyTensorSpan(Half[] numbers) => Over<Half>(numbers, DType.Float16);

    /// <inheritdoc cref="op_Implicit(ReadOnlySpan{float})"/>
    public static implicit operator ReadOnlyTensorSpan(TensorSpan numbers) => new(ref numbers.GetPinnableReference(), numbers.Length, numbers.DType);

    /// <summary>The tensor, which must be dense.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="ParameterException">Its numbers do not follow one another in memory.</exception>
    public static implicit operator ReadOnlyTensorSpan(ReadOnlyTensorSpan<float> tensor) => Over(tensor, DType.Float32);

    /// <summary>The tensor, which must be dense.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="ParameterException">Its numbers do not follow one another in memory.</exception>
    public static implicit operator ReadOnlyTensorSpan(ReadOnlyTensorSpan<BFloat16> tensor) => Over(tensor, DType.BFloat16);

    /// <summary>The tensor, which must be dense.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="ParameterException">Its numbers do not follow one another in memory.</exception>
    public static implicit operator ReadOnlyTensorSpan(ReadOnlyTensorSpan<Half> tensor) => Over(tensor, DType.Float16);

    private static ReadOnlyTensorSpan Over<T>(ReadOnlyTensorSpan<T> tensor, DType dtype)
        where T : unmanaged
    {
        RawMemory.CheckDense(tensor.IsDense || tensor.FlattenedLength == 0, tensor.Lengths);
        return new(in Unsafe.As<T, byte>(ref Unsafe.AsRef(in tensor.GetPinnableReference())), tensor.FlattenedLength, dtype);
    }

    private static ReadOnlyTensorSpan Over<T>(ReadOnlySpan<T> numbers, DType dtype)
        where T : unmanaged =>
        new(in Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(numbers)), numbers.Length, dtype);
}
