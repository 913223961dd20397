using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>
/// Memory of a tensor on the host that the caller owns: numbers of one of the three storage types, dense, of any alignment. A span
/// or an array of <see cref="float"/>, <see cref="BFloat16"/> or <see cref="Half"/> becomes one by itself; the default stands for
/// a slot that is not there.
/// </summary>
public readonly ref struct TensorSpan
{
    private readonly ref byte _start;

    private TensorSpan(ref byte start, int length, DType dtype)
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

    internal ref byte GetPinnableReference() => ref _start;

    /// <summary>The span as a tensor.</summary>
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

    private static TensorSpan Over<T>(Span<T> numbers, DType dtype)
        where T : unmanaged =>
        new(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(numbers)), numbers.Length, dtype);
}
