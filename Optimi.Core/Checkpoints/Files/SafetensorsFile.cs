using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text.Json;

namespace Optimi;

/// <summary>
/// A file in the safetensors format: the length of a header as eight bytes, the header as JSON, the tensors' bytes. Whatever it holds, it
/// is read, or refused by a <see cref="CheckpointFormatException"/>, in time and memory that grow as the file does.
/// </summary>
/// <remarks>The format is described at <see href="https://github.com/huggingface/safetensors"/>.</remarks>
internal sealed class SafetensorsFile : TensorFile
{
    /// <summary>The longest header; other readers of the format have the same limit.</summary>
    public const int MostHeaderBytes = 100_000_000;

    /// <summary>The last tensor of a file that has a checksum: XxHash128 of every byte before it.</summary>
    public const string ChecksumName = "__checksum__";

    public const int ChecksumBytes = 16;

    /// <summary>What the tensors' entries of a header lie beside.</summary>
    public const string MetadataName = "__metadata__";

    private SafetensorsFile(ByteSource source, SafetensorsHeader header)
        : base(source, header.Tensors, header.Metadata)
    {
    }

    /// <summary>Reads the header.</summary>
    /// <exception cref="CheckpointFormatException">It is damaged, or does not fit the file.</exception>
    public static SafetensorsFile Read(ByteSource source)
    {
        if (source.Length < sizeof(ulong))
        {
            throw new CheckpointFormatException(FormattableString.Invariant(
                $"{source.Name} has {source.Length} bytes, too few for the length of a header: it was cut short, or is of another format."));
        }

        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        source.Read(0, prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > (ulong)(source.Length - sizeof(ulong)))
        {
            throw new CheckpointFormatException(FormattableString.Invariant(
                $"{source.Name} says that its header has {length} bytes, but has only {source.Length} itself: it was cut short, or is of")
                + " another format.");
        }

        if (length > MostHeaderBytes)
        {
            throw new CheckpointFormatException(FormattableString.Invariant(
                $"{source.Name} says that its header has {length} bytes, more than the {MostHeaderBytes} that a header may have."));
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)length);
        source.Read(sizeof(ulong), bytes);
        try
        {
            return new SafetensorsFile(source, SafetensorsHeader.Parse(source, bytes));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new CheckpointFormatException($"{source.Name} has a malformed header: {error.Message}", error);
        }
    }

    /// <summary>The hash of all bytes before a place.</summary>
    /// <param name="source">The file.</param>
    /// <param name="end">The place.</param>
    /// <param name="hash">The hash.</param>
    /// <param name="onRead">Told how many bytes were read, now and then.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static void Hash(
        ByteSource source, long end, Span<byte> hash, Action<long>? onRead = null, CancellationToken cancellation = default)
    {
        var hasher = new XxHash128();
        long read = 0;
        PieceRing.Run(Fill, calledStage: 1, piece => hasher.Append(piece.Span));
        hasher.GetCurrentHash(hash);

        bool Fill(Piece piece)
        {
            cancellation.ThrowIfCancellationRequested();
            piece.Length = (int)Math.Min(piece.Bytes.Length, end - read);
            source.Read(read, piece.Span);
            read += piece.Length;
            onRead?.Invoke(read);
            return read < end;
        }
    }

    /// <inheritdoc/>
    internal override void Verify(Action<long>? onRead = null, CancellationToken cancellation = default)
    {
        if (!TryGet(ChecksumName, out StoredTensor? stored))
            return;
        if (stored is not { Type: TensorTypes.UInt8, Bytes: ChecksumBytes } || stored.Offset != Source.Length - ChecksumBytes)
        {
            throw new CheckpointFormatException(
                $"{Name} has a tensor '{ChecksumName}' that is no checksum: it must be {ChecksumBytes} bytes (U8), the last ones of the file.");
        }

        Span<byte> expected = stackalloc byte[ChecksumBytes];
        Span<byte> actual = stackalloc byte[ChecksumBytes];
        stored.Read(0, expected);
        Hash(Source, stored.Offset, actual, onRead, cancellation);
        onRead?.Invoke(Source.Length);
        if (!actual.SequenceEqual(expected))
        {
            throw new CheckpointFormatException(
                $"{Name} is damaged: its bytes have the checksum {Convert.ToHexStringLower(actual)}, but it says"
                + $" {Convert.ToHexStringLower(expected)}. Use another copy.");
        }
    }
}
