using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>As <see cref="TensorSpan"/>, for memory that is only read: a gradient.</summary>
public readonly ref struct ReadOnlyTensorSpan
{
    private readonly ref readonly byte _start;

    private ReadOnlyTensorSpan(ref readonly byte start, int length, DType dtype)
    {
        _start = ref start;
        Length = length;
        DType = dtype;
    }

    /// <summary>How the numbers are stored.</summary>
    public DType DType { get; }

    /// <summary>How many numbers there are.</summary>
    public int Length { get; }

    internal SlotShape Shape => new(DType, Length);

    internal ref readonly byte GetPinnableReference() => ref _start;

    /// <summary>The span as a tensor.</summary>
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

    private static ReadOnlyTensorSpan Over<T>(ReadOnlySpan<T> numbers, DType dtype)
        where T : unmanaged =>
        new(in Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(numbers)), numbers.Length, dtype);
}
