using System.Buffers;

namespace Optimi;

/// <summary>
/// As <see cref="TensorSpan"/>, for lists of tensors: an array or <see cref="Memory{T}"/> becomes one by itself. Memory that is not
/// managed comes in by a <see cref="MemoryManager{T}"/>.
/// </summary>
public readonly struct TensorMemory
{
    private readonly Memory<float> _float32;
    private readonly Memory<BFloat16> _bfloat16;
    private readonly Memory<Half> _float16;

    private TensorMemory(Memory<float> float32, Memory<BFloat16> bfloat16, Memory<Half> float16, DType dtype)
    {
        _float32 = float32;
        _bfloat16 = bfloat16;
        _float16 = float16;
        DType = dtype;
    }

    /// <summary>How the numbers are stored.</summary>
    public DType DType { get; }

    /// <summary>How many numbers there are.</summary>
    public int Length => _float32.Length + _bfloat16.Length + _float16.Length;

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

    internal MemoryHandle Pin() => DType switch
    {
        DType.Float32 => _float32.Pin(),
        DType.BFloat16 => _bfloat16.Pin(),
        _ => _float16.Pin(),
    };
}
