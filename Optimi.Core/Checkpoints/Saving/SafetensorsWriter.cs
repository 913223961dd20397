using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Optimi;

/// <summary>Writes a safetensors file with a checksum, in one go from its first byte to its last.</summary>
internal sealed class SafetensorsWriter
{
    /// <summary>What the header's length is a multiple of, so that tensors are aligned.</summary>
    private const int Alignment = 8;

    private readonly WrittenTensor[] _tensors;
    private readonly byte[] _header;

    /// <param name="tensors">The tensors.</param>
    /// <param name="metadata">What the file says beside them.</param>
    /// <exception cref="CheckpointException">There are so many that no reader takes the header, or one has a name or a text that none
    /// would read back.</exception>
    public SafetensorsWriter(IEnumerable<WrittenTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        // Other readers want each tensor aligned to its numbers.
        _tensors = [.. tensors.OrderByDescending(tensor => TensorTypes.SizeOf(tensor.Type))];
        CheckNames(metadata);
        _header = HeaderOf(_tensors, metadata);
        if (_header.Length > SafetensorsFile.MostHeaderBytes)
        {
            throw new CheckpointException(FormattableString.Invariant(
                $"The header of {_tensors.Length} tensors takes {_header.Length} bytes, more than the {SafetensorsFile.MostHeaderBytes} that")
                + " readers of safetensors take; save the model in several files.");
        }

        Bytes = sizeof(ulong) + _header.Length + _tensors.Sum(tensor => tensor.Bytes) + SafetensorsFile.ChecksumBytes;
    }

    /// <summary>How long the file is.</summary>
    public long Bytes { get; }

    /// <summary>Writes the file. The calling thread reads the tensors; others hash and write.</summary>
    /// <param name="target">Where to write it.</param>
    /// <param name="onWritten">Told how many bytes were written, now and then, on another thread.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Write(Stream target, Action<long>? onWritten, CancellationToken cancellation)
    {
        var hasher = new XxHash128();
        long written = 0;
        using IEnumerator<(WrittenTensor Tensor, long Offset, int Length)> parts = Parts().GetEnumerator();
        byte[] prefix = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)_header.Length);
        target.Write(prefix);
        target.Write(_header);
        hasher.Append(prefix);
        hasher.Append(_header);
        written += prefix.Length + _header.Length;
        bool hasPart = parts.MoveNext();
        PieceRing.Run(Fill, calledStage: 0, piece => hasher.Append(piece.Span), Write);
        target.Write(hasher.GetCurrentHash());
        onWritten?.Invoke(Bytes);

        bool Fill(Piece piece)
        {
            cancellation.ThrowIfCancellationRequested();
            for (piece.Length = 0; hasPart && parts.Current.Length <= piece.Bytes.Length - piece.Length; hasPart = parts.MoveNext())
            {
                (WrittenTensor tensor, long offset, int length) = parts.Current;
                tensor.Read(offset, piece.Bytes.AsSpan(piece.Length, length));
                piece.Length += length;
            }

            return hasPart;
        }

        void Write(Piece piece)
        {
            target.Write(piece.Span);
            written += piece.Length;
            onWritten?.Invoke(written);
        }
    }

    /// <summary>Checks that every name is read back, and each is there once.</summary>
    private void CheckNames(IReadOnlyDictionary<string, string> metadata)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsFile.ChecksumName, SafetensorsFile.MetadataName };
        foreach (WrittenTensor tensor in _tensors)
        {
            if ((SafetensorsHeader.Flaw(tensor.Name) ?? (names.Add(tensor.Name) ? null : "is there twice")) is string flaw)
            {
                throw new CheckpointException(
                    $"The checkpoint would have a tensor '{SafetensorsHeader.Shown(tensor.Name)}', whose name {flaw}; rename the parameter, or the"
                    + " state of your rule.");
            }
        }

        foreach ((string name, string value) in metadata)
        {
            if (value is null || (SafetensorsHeader.Flaw(name) ?? SafetensorsHeader.UnicodeFlaw(value)) is not null)
            {
                throw new CheckpointException(
                    $"The checkpoint would have metadata '{SafetensorsHeader.Shown(name)}' that is not read back: names have no control"
                    + " characters, and texts are Unicode and not null.");
            }
        }
    }

    /// <summary>The tensors in parts that fit a piece.</summary>
    private IEnumerable<(WrittenTensor Tensor, long Offset, int Length)> Parts()
    {
        foreach (WrittenTensor tensor in _tensors)
        {
            for (long offset = 0; offset < tensor.Bytes; offset += Piece.MostBytes)
                yield return (tensor, offset, (int)Math.Min(Piece.MostBytes, tensor.Bytes - offset));
        }
    }

    private static byte[] HeaderOf(WrittenTensor[] tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject(SafetensorsFile.MetadataName);
            foreach ((string name, string value) in metadata)
                json.WriteString(name, value);
            json.WriteEndObject();
            long offset = 0;
            foreach (WrittenTensor tensor in tensors)
                offset = WriteEntry(json, tensor.Name, tensor.Type, tensor.Shape, offset, tensor.Bytes);
            WriteEntry(json, SafetensorsFile.ChecksumName, TensorTypes.UInt8, [SafetensorsFile.ChecksumBytes], offset, SafetensorsFile.ChecksumBytes);
            json.WriteEndObject();
        }

        while (stream.Length % Alignment != 0)
            stream.WriteByte((byte)' ');
        return stream.ToArray();
    }

    /// <returns>Where the next tensor begins.</returns>
    private static long WriteEntry(Utf8JsonWriter json, string name, string type, IReadOnlyList<long> shape, long offset, long bytes)
    {
        json.WriteStartObject(name);
        json.WriteString("dtype", type);
        json.WriteStartArray("shape");
        foreach (long extent in shape)
            json.WriteNumberValue(extent);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + bytes);
        json.WriteEndArray();
        json.WriteEndObject();
        return offset + bytes;
    }
}
