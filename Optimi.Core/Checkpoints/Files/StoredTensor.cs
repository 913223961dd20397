using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>A tensor of a file: row-major, dense, little-endian. Its bytes are read when they are asked for.</summary>
public sealed class StoredTensor
{
    private readonly ByteSource _source;
    private readonly ReadOnlyMemory<long> _shape;

    internal StoredTensor(ByteSource source, string name, string type, ReadOnlyMemory<long> shape, long offset, long bytes)
    {
        _source = source;
        _shape = shape;
        (Name, Type, Offset, Bytes) = (name, type, offset, bytes);
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The type of the numbers as the safetensors format calls it, such as <c>F32</c>, <c>BF16</c> or <c>I64</c>.</summary>
    public string Type { get; }

    /// <summary>The storage type; null if the numbers are none that parameters or states can be.</summary>
    public DType? DType => TensorTypes.DTypeOf(Type);

    /// <summary>The extent of each dimension; none for a single number.</summary>
    public ReadOnlySpan<long> Shape => _shape.Span;

    /// <summary>How many numbers there are.</summary>
    public long Length => Bytes / TensorTypes.SizeOf(Type);

    /// <summary>How many bytes it takes.</summary>
    public long Bytes { get; }

    /// <summary>Where in the file its bytes begin.</summary>
    internal long Offset { get; }

    /// <summary>Reads bytes as they are stored.</summary>
    /// <param name="offset">Where to begin, in bytes from the tensor's first.</param>
    /// <param name="destination">Where to put them; all of it is filled.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has no such bytes.</exception>
    /// <exception cref="CheckpointFormatException">The file was cut short meanwhile.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, Bytes - offset, nameof(destination));
        _source.Read(Offset + offset, destination);
    }

    /// <summary>All numbers, widened to float64: exact, but for 64-bit integers beyond 2^53.</summary>
    /// <exception cref="CheckpointFormatException">The numbers are of a type that has no such value, or are more than an array
    /// holds.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public double[] ToArray()
    {
        if (Bytes > Array.MaxLength)
        {
            throw new CheckpointFormatException(FormattableString.Invariant(
                $"Tensor '{Name}' of {_source.Name} has {Length} numbers, more than an array holds; read it in pieces by {nameof(Read)}."));
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)Bytes);
        Read(0, bytes);
        double[] numbers = new double[Length];
        Widen(bytes, numbers);
        return numbers;
    }

    /// <summary>Widens numbers that were read.</summary>
    /// <exception cref="CheckpointFormatException">They are of a type that has no such value.</exception>
    internal void Widen(ReadOnlySpan<byte> stored, Span<double> numbers)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Files are little-endian, and so must the processor be.");
        switch (Type)
        {
            case TensorTypes.Float64:
                MemoryMarshal.Cast<byte, double>(stored).CopyTo(numbers);
                break;
            case TensorTypes.Float32:
                Widen<float>(stored, numbers);
                break;
            case TensorTypes.Float16:
                Widen<Half>(stored, numbers);
                break;
            case TensorTypes.BFloat16:
                for (int i = 0; i < numbers.Length; i++)
                    numbers[i] = (float)new BFloat16(BinaryPrimitives.ReadUInt16LittleEndian(stored[(2 * i)..]));
                break;
            case TensorTypes.Int64:
                Widen<long>(stored, numbers);
                break;
            case TensorTypes.Int32:
                Widen<int>(stored, numbers);
                break;
            case TensorTypes.Int16:
                Widen<short>(stored, numbers);
                break;
            case TensorTypes.UInt32:
                Widen<uint>(stored, numbers);
                break;
            case TensorTypes.UInt16:
                Widen<ushort>(stored, numbers);
                break;
            case TensorTypes.Int8:
                Widen<sbyte>(stored, numbers);
                break;
            case TensorTypes.UInt8 or TensorTypes.Boolean:
                Widen<byte>(stored, numbers);
                break;
            default:
                throw new CheckpointFormatException(
                    $"Tensor '{Name}' of {_source.Name} is of type {Type}, whose numbers cannot be read; convert it to F32.");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Type} [{string.Join(", ", _shape.ToArray())}]";

    private static void Widen<T>(ReadOnlySpan<byte> stored, Span<double> numbers)
        where T : unmanaged, INumber<T>
    {
        ReadOnlySpan<T> typed = MemoryMarshal.Cast<byte, T>(stored);
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = double.CreateChecked(typed[i]);
    }
}
