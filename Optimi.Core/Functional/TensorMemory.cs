using System.Buffers;

namespace Optimi;

/// <summary>
/// As <see cref="TensorSpan"/>, for lists of tensors and for memory that is kept: an array or <see cref="Memory{T}"/> becomes one by
/// itself; memory that is not managed is given by its address.
/// </summary>
public readonly struct TensorMemory
{
    private readonly Memory<float> _float32;
    private readonly Memory<BFloat16> _bfloat16;
    private readonly Memory<Half> _float16;
    private readonly nint _address;

    /// <summary>Memory at an address, which stays valid as long as it is used.</summary>
    /// <param name="address">Where the first number lies.</param>
    /// <param name="dtype">How the numbers are stored.</param>
    /// <param name="length">How many there are.</param>
    /// <exception cref="ParameterException">The type is not a storage type, the length is negative, or the address is 0 or not aligned
    /// to a number.</exception>
    public TensorMemory(nint address, DType dtype, nint length)
    {
        RawMemory.Check(address, dtype, length);
        _address = address;
        DType = dtype;
        Length = length;
    }

    private TensorMemory(Memory<float> float32, Memory<BFloat16> bfloat16, Memory<Half> float16, DType dtype)
    {
        _float32 = float32;
        _bfloat16 = bfloat16;
        _float16 = float16;
        DType = dtype;
        Length = float32.Length + bfloat16.Length + float16.Length;
    }

    /// <summary>How the numbers are stored.</summary>
    public DType DType { get; }

    /// <summary>How many numbers there are.</summary>
    public nint Length { get; }

    internal SlotShape Shape => new(DType, Length);

    /// <summary>The memory as a tensor.</summary>
    /// <param name="numbers">The numbers.</param>
    public static implicit operator TensorMemory(Memory<float> numbers) => new(numbers, default, default, DType.Float32);

    /// <inheritdoc cref="op_Implicit(Memory{float})"/>
    public static implicit operator TensorMemory(Memory<BFloat16> numbers) => new(default, numbers, default, DType.BFloat16);

    /// <inheritdoc cref="op_Implicit(Memory{float})"/>
    public static implicit operator TensorMemory(Memory<Half> numbers) => new(default, default, numbers, DType.Float16);

    /// <inheritdoc cref="op_Implicit(Memory{float})"/>
    public static implicit operator TensorMemory(float[] numbers) => numbers.AsMemory();

    /// <inheritdoc cref="op_Implicit(Memory{float})"/>
    public static implicit operator TensorMemory(BFloat16[] numbers) => numbers.AsMemory();

    /// <inheritdoc cref="op_Implicit(Memory{float})"/>
    public static implicit operator TensorMemory(Half[] numbers) => numbers.AsMemory();

    internal unsafe MemoryHandle Pin() => DType switch
    {
        _ when _address != 0 => new MemoryHandle((void*)_address),
        DType.Float32 => _float32.Pin(),
        DType.BFloat16 => _bfloat16.Pin(),
        _ => _float16.Pin(),
    };
}
