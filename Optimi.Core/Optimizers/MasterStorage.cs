using System.Buffers;
using System.Runtime.InteropServices;

namespace Optimi;

/// <summary>What the steps of a parameter go on from where its weights are split. Its values and their low bits are joined when it is read;
/// both are set when it is set.</summary>
/// <param name="optimizer">The optimizer.</param>
/// <param name="tensor">The parameter.</param>
internal sealed class MasterStorage(Optimizer optimizer, LaunchTensor tensor) : TensorStorage(DType.Float32, tensor.Parameter.Length)
{
    /// <summary>Numbers of a piece.</summary>
    private const int PieceLength = 1 << 16;

    private readonly WeightFormat _format = tensor.States!.Layout.Weights;

    private protected override ComputeDevice Device => Parameter.Buffer.Device;

    private protected override string Description => $"The exact value of parameter '{Parameter.Name}'";

    private Parameter Parameter => tensor.Parameter;

    private Slab LowBits => tensor.States![Slot.Compensation]!;

    private int LowBytes => tensor.States!.Layout.NumberBytes(Slot.Compensation);

    private protected override void ThrowIfDisposed() => optimizer.ThrowIfDisposed();

    private protected override void CheckWritable() => Parameter.CheckNotSwapped();

    private protected override void OnWritten() => Parameter.OnValueWritten(exactlyBy: optimizer);

    private protected override (DeviceMemory Memory, long Offset) Locate()
    {
        ThrowIfDisposed();
        throw new ParameterException(
            $"{Description} is in two parts, so there is no memory of its numbers to view or to add to; read it by CopyTo, and set it by"
            + " CopyFrom.");
    }

    private protected override void Read(long offset, Span<byte> destination)
    {
        // An average in place of the values does not have their low bits.
        Parameter.CheckNotSwapped();
        Span<float> numbers = MemoryMarshal.Cast<byte, float>(destination);
        byte[] rented = ArrayPool<byte>.Shared.Rent(2 * PieceLength * sizeof(ushort));
        for (int done = 0; done < numbers.Length; done += PieceLength)
        {
            Span<float> piece = numbers.Slice(done, Math.Min(PieceLength, numbers.Length - done));
            Span<byte> values = ValuesOf(rented, piece.Length);
            Span<byte> lowBits = LowBitsOf(rented, piece.Length);
            long first = (offset / sizeof(float)) + done;
            Parameter.StoredValue.ReadStored(first * sizeof(ushort), values);
            LowBits.Download(PlaceOf(first), lowBits);
            _format.Join(values, lowBits, piece);
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    private protected override void Write(long offset, ReadOnlySpan<byte> source)
    {
        ReadOnlySpan<float> numbers = MemoryMarshal.Cast<byte, float>(source);
        byte[] rented = ArrayPool<byte>.Shared.Rent(2 * PieceLength * sizeof(ushort));
        for (int done = 0; done < numbers.Length; done += PieceLength)
        {
            ReadOnlySpan<float> piece = numbers.Slice(done, Math.Min(PieceLength, numbers.Length - done));
            Span<byte> values = ValuesOf(rented, piece.Length);
            Span<byte> lowBits = LowBitsOf(rented, piece.Length);
            long first = (offset / sizeof(float)) + done;
            _format.Split(piece, values, lowBits);
            Parameter.StoredValue.WriteStored(first * sizeof(ushort), values);
            LowBits.Upload(PlaceOf(first), lowBits);
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    private long PlaceOf(long number) =>
        ((long)tensor.StateTile * tensor.States!.Layout.TileBytes(Slot.Compensation)) + (number * LowBytes);

    private static Span<byte> ValuesOf(byte[] rented, int count) => rented.AsSpan(0, count * sizeof(ushort));

    private Span<byte> LowBitsOf(byte[] rented, int count) => rented.AsSpan(PieceLength * sizeof(ushort), count * LowBytes);
}
