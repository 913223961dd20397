using ILGPU;
using ILGPU.Runtime;
using Half = System.Half;

namespace Optimi;

/// <summary>
/// Memory of a tensor on a device that the caller owns: an ILGPU view of <see cref="float"/>, <see cref="BFloat16"/> or
/// <see cref="Half"/> becomes one by itself; the default stands for a slot that is not there.
/// </summary>
public readonly struct TensorView
{
    private TensorView(ArrayView<byte> bytes, long length, DType dtype)
    {
        Bytes = bytes;
        Length = length;
        DType = dtype;
    }

    /// <summary>How the numbers are stored.</summary>
    public DType DType { get; }

    /// <summary>How many numbers there are.</summary>
    public long Length { get; }

    internal ArrayView<byte> Bytes { get; }

    internal SlotShape Shape => new(DType, Length);

    /// <summary>Where it lies.</summary>
    internal MemoryPlace PlaceOn(ComputeDevice device)
    {
        if (Length == 0)
            return new(null, 0, IsPadded: true);
        return device.HasAddresses
            ? new(null, Bytes.LoadEffectiveAddressAsPtr(), IsPadded: false)
            : new(BufferOf(Bytes), (nint)IndexOf(Bytes), IsPadded: false);
    }

    internal void KeepAlive()
    {
        if (Length > 0)
            GC.KeepAlive(BufferOf(Bytes));
    }

    /// <summary>The view as a tensor.</summary>
    /// <param name="numbers">The numbers.</param>
    public static implicit operator TensorView(ArrayView<float> numbers) => Over(numbers, DType.Float32);

    /// <inheritdoc cref="op_Implicit(ArrayView{float})"/>
    public static implicit operator TensorView(ArrayView<BFloat16> numbers) => Over(numbers, DType.BFloat16);

    /// <inheritdoc cref="op_Implicit(ArrayView{float})"/>
    public static implicit operator TensorView(ArrayView<Half> numbers) => Over(numbers, DType.Float16);

    /// <inheritdoc cref="op_Implicit(ArrayView{float})"/>
    public static implicit operator TensorView(ArrayView1D<float, Stride1D.Dense> numbers) => numbers.AsContiguous();

    /// <inheritdoc cref="op_Implicit(ArrayView{float})"/>
    public static implicit operator TensorView(ArrayView1D<BFloat16, Stride1D.Dense> numbers) => numbers.AsContiguous();

    /// <inheritdoc cref="op_Implicit(ArrayView{float})"/>
    public static implicit operator TensorView(ArrayView1D<Half, Stride1D.Dense> numbers) => numbers.AsContiguous();

    private static MemoryBuffer BufferOf<TView>(TView view)
        where TView : struct, IContiguousArrayView => view.Buffer;

    private static long IndexOf<TView>(TView view)
        where TView : struct, IContiguousArrayView => view.IndexInBytes;

    private static TensorView Over<T>(ArrayView<T> numbers, DType dtype)
        where T : unmanaged => numbers.IsValid ? new(numbers.Cast<byte>(), numbers.Length, dtype) : default;
}
