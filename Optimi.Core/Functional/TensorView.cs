using ILGPU;
using ILGPU.Runtime;
using Half = System.Half;

namespace Optimi;

/// <summary>
/// Memory of a tensor on a device that the caller owns: an ILGPU view of <see cref="float"/>, <see cref="BFloat16"/> or
/// <see cref="Half"/> becomes one by itself, and so does one of the integers of <see cref="CodeType"/>, for what is stored in few bits;
/// other memory of the host or of a CUDA device is given by its address. The default stands for a slot that is not there.
/// </summary>
public readonly struct TensorView
{
    private readonly ArrayView<byte> _bytes;
    private readonly nint _address;
    private readonly SlotElement _element;

    /// <summary>Memory at an address: of the host, or of a CUDA device's memory. (OpenCL's kernels do not take addresses.) It stays valid
    /// until the work that uses it has taken place.</summary>
    /// <param name="address">Where the first number lies.</param>
    /// <param name="dtype">How the numbers are stored.</param>
    /// <param name="length">How many there are.</param>
    /// <exception cref="ParameterException">The type is not a storage type, the length is negative, or the address is 0 or not aligned
    /// to a number.</exception>
    public TensorView(nint address, DType dtype, long length)
        : this(address, SlotElements.Of(dtype), length)
    {
    }

    /// <summary>Memory of integers at an address: of the host, or of a CUDA device's memory. It stays valid until the work that uses it
    /// has taken place.</summary>
    /// <param name="address">Where the first one lies.</param>
    /// <param name="type">Their type.</param>
    /// <param name="length">How many there are.</param>
    /// <exception cref="ParameterException">There is no such type, the length is negative, or the address is 0 or not aligned to an
    /// integer.</exception>
    public TensorView(nint address, CodeType type, long length)
        : this(address, SlotElements.Of(type), length)
    {
    }

    private TensorView(nint address, SlotElement element, long length)
    {
        RawMemory.Check(address, element, length);
        _address = address;
        _element = element;
        Length = length;
    }

    private TensorView(ArrayView<byte> bytes, long length, SlotElement element)
    {
        _bytes = bytes;
        Length = length;
        _element = element;
    }

    /// <summary>How the numbers are stored.</summary>
    /// <exception cref="ParameterException">There are integers, not numbers.</exception>
    public DType DType => _element.RequireNumbers();

    /// <summary>How many numbers there are, or integers.</summary>
    public long Length { get; }

    internal SlotShape Shape => new(_element, Length);

    /// <summary>Checks that the memory can be a device's.</summary>
    /// <exception cref="ParameterException">It is another's.</exception>
    internal void CheckDevice(ComputeDevice device)
    {
        if (Length == 0)
            return;
        if (_address != 0)
        {
            if (!device.HasAddresses)
            {
                throw new ParameterException(
                    $"Memory was given by its address, but kernels of device '{device.Name}' take no addresses; pass an ILGPU view.");
            }

            return;
        }

        if (BufferOf(_bytes).IsDisposed)
            throw new ParameterException("A view is of memory that is disposed of; pass one that is there.");
        Accelerator owner = _bytes.GetAccelerator();
        if (owner != device.Ilgpu.Accelerator)
        {
            throw new ParameterException(
                $"A view is of memory of accelerator '{owner.Name}', not of device '{device.Name}'; open the device with"
                + " ComputeDevice.From(accelerator).");
        }
    }

    /// <summary>Where it lies.</summary>
    internal MemoryPlace PlaceOn(ComputeDevice device)
    {
        if (Length == 0)
            return new(null, 0, IsPadded: true);
        if (_address != 0)
            return new(null, _address, IsPadded: false);
        return device.HasAddresses
            ? new(null, _bytes.LoadEffectiveAddressAsPtr(), IsPadded: false)
            : new(BufferOf(_bytes), (nint)IndexOf(_bytes), IsPadded: false);
    }

    /// <summary>The memory as ILGPU sees it, if it was given so.</summary>
    internal ArrayView<byte>? Bytes => _address == 0 && Length > 0 ? _bytes : null;

    internal void KeepAlive()
    {
        if (_address == 0 && Length > 0)
            GC.KeepAlive(BufferOf(_bytes));
    }

    /// <summary>The view as a tensor.</summary>
    /// <param name="numbers">The numbers.</param>
    public static implicit operator TensorView(ArrayView<float> numbers) => Over(numbers, SlotElement.Float32);

    /// <inheritdoc cref="op_Implicit(ArrayView{float})"/>
    public static implicit operator TensorView(ArrayView<BFloat16> numbers) => Over(numbers, SlotElement.BFloat16);

    /// <inheritdoc cref="op_Implicit(ArrayView{float})"/>
    public static implicit operator TensorView(ArrayView<Half> numbers) => Over(numbers, SlotElement.Float16);

    /// <inheritdoc cref="op_Implicit(ArrayView{float})"/>
    public static implicit operator TensorView(ArrayView1D<float, Stride1D.Dense> numbers) => numbers.AsContiguous();

    /// <inheritdoc cref="op_Implicit(ArrayView{float})"/>
    public static implicit operator TensorView(ArrayView1D<BFloat16, Stride1D.Dense> numbers) => numbers.AsContiguous();

    /// <inheritdoc cref="op_Implicit(ArrayView{float})"/>
    public static implicit operator TensorView(ArrayView1D<Half, Stride1D.Dense> numbers) => numbers.AsContiguous();

    /// <summary>What is stored in few bits, as a tensor's memory.</summary>
    /// <param name="codes">The integers.</param>
    public static implicit operator TensorView(ArrayView<ushort> codes) => Over(codes, SlotElement.UInt16);

    /// <inheritdoc cref="op_Implicit(ArrayView{ushort})"/>
    public static implicit operator TensorView(ArrayView<sbyte> codes) => Over(codes, SlotElement.Int8);

    /// <inheritdoc cref="op_Implicit(ArrayView{ushort})"/>
    public static implicit operator TensorView(ArrayView<short> codes) => Over(codes, SlotElement.Int16);

    /// <inheritdoc cref="op_Implicit(ArrayView{ushort})"/>
    public static implicit operator TensorView(ArrayView<byte> codes) => Over(codes, SlotElement.UInt8);

    /// <inheritdoc cref="op_Implicit(ArrayView{ushort})"/>
    public static implicit operator TensorView(ArrayView1D<ushort, Stride1D.Dense> codes) => codes.AsContiguous();

    /// <inheritdoc cref="op_Implicit(ArrayView{ushort})"/>
    public static implicit operator TensorView(ArrayView1D<sbyte, Stride1D.Dense> codes) => codes.AsContiguous();

    /// <inheritdoc cref="op_Implicit(ArrayView{ushort})"/>
    public static implicit operator TensorView(ArrayView1D<short, Stride1D.Dense> codes) => codes.AsContiguous();

    /// <inheritdoc cref="op_Implicit(ArrayView{ushort})"/>
    public static implicit operator TensorView(ArrayView1D<byte, Stride1D.Dense> codes) => codes.AsContiguous();

    private static MemoryBuffer BufferOf<TView>(TView view)
        where TView : struct, IContiguousArrayView => view.Buffer;

    private static long IndexOf<TView>(TView view)
        where TView : struct, IContiguousArrayView => view.IndexInBytes;

    private static TensorView Over<T>(ArrayView<T> numbers, SlotElement element)
        where T : unmanaged => numbers.IsValid ? new(numbers.Cast<byte>(), numbers.Length, element) : default;
}
