namespace Optimi;

/// <summary>
/// A file that <c>torch.save</c> has written, by PyTorch 1.6 or newer: a zip archive of a pickle and of the tensors' bytes. Whatever it
/// holds, it is read, or refused by a <see cref="CheckpointFormatException"/>, in time and memory that grow as the file does.
/// </summary>
/// <remarks>
/// Nested dictionaries and lists become dotted names, such as <c>optimizer.state.0.exp_avg</c>. Numbers become tensors of no dimension
/// (I64, F64 or BOOL), lists of numbers tensors of one dimension, texts metadata; None and empty lists leave nothing.
/// </remarks>
internal sealed class PthFile : TensorFile
{
    private const string PickleName = "/data.pkl";

    private PthFile(ByteSource source, IReadOnlyList<StoredTensor> tensors, IReadOnlyDictionary<string, string> metadata)
        : base(source, tensors, metadata)
    {
    }

    /// <inheritdoc/>
    public override bool KeepsOrder => true;

    /// <summary>A file of PyTorch before 1.6 begins with a pickle of this number.</summary>
    private static ReadOnlySpan<byte> LegacyMagic => [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

    /// <summary>Whether the first bytes are those of such a file.</summary>
    public static bool IsOne(ByteSource source) => BeginsWith(source, "PK\x03\x04"u8) || IsLegacy(source);

    /// <summary>Reads what the file says about its tensors.</summary>
    /// <exception cref="CheckpointFormatException">It is damaged, or holds something else than tensors, numbers and texts.</exception>
    public static PthFile Read(ByteSource source)
    {
        if (IsLegacy(source))
        {
            throw new CheckpointFormatException(
                $"{source.Name} was written by PyTorch before 1.6 or with _use_new_zipfile_serialization=False, which is not read. Load it by"
                + " PyTorch and save it again.");
        }

        ZipDirectory archive = ZipDirectory.Read(source);
        string folder = FolderOf(source, archive);
        CheckByteOrder(source, archive.Find($"{folder}/byteorder"));
        (long start, long length) = archive.Find($"{folder}{PickleName}")!.Value;
        if (length > SafetensorsFile.MostHeaderBytes)
        {
            throw PickleError.TooMuch(source.Name, FormattableString.Invariant(
                $"has {length} bytes, more than the {SafetensorsFile.MostHeaderBytes} that are read"));
        }

        byte[] pickle = GC.AllocateUninitializedArray<byte>((int)length);
        source.Read(start, pickle);
        var places = new StoragePlaces(source, archive, $"{folder}/data/");
        var flattener = new PickleFlattener(source.Name, places, pickle.Length);
        flattener.Add(Unpickler.Read(source.Name, pickle));
        return new PthFile(source, flattener.Tensors, flattener.Metadata);
    }

    /// <summary>The archive's only folder that holds a pickle: it is called as the file was.</summary>
    private static string FolderOf(ByteSource source, ZipDirectory archive)
    {
        string[] folders =
        [
            .. archive.Names.Where(name => name.EndsWith(PickleName, StringComparison.Ordinal)).Select(name => name[..^PickleName.Length])
                .Where(folder => !folder.Contains('/', StringComparison.Ordinal)),
        ];
        return folders.Length == 1
            ? folders[0]
            : throw new CheckpointFormatException(FormattableString.Invariant(
                $"{source.Name} is a zip archive with {folders.Length} files data.pkl, but torch.save writes one: it is of another format."));
    }

    /// <summary>Old versions of PyTorch do not say it, and are little-endian.</summary>
    private static void CheckByteOrder(ByteSource source, (long Start, long Length)? place)
    {
        if (place is not var (start, length))
            return;
        Span<byte> order = stackalloc byte["little".Length];
        order.Clear();
        if (length <= order.Length)
            source.Read(start, order[..(int)length]);
        if (!order.SequenceEqual("little"u8))
        {
            throw new CheckpointFormatException(
                $"{source.Name} says that its numbers are not little-endian, and only those are read. Load it by PyTorch on a little-endian"
                + " machine and save it again.");
        }
    }

    private static bool IsLegacy(ByteSource source)
    {
        const int protocolBytes = 2;
        Span<byte> begin = stackalloc byte[protocolBytes + LegacyMagic.Length];
        if (source.Length < begin.Length)
            return false;
        source.Read(0, begin);
        return begin[0] == (byte)PickleOpcode.Protocol && begin[protocolBytes..].SequenceEqual(LegacyMagic);
    }

    private static bool BeginsWith(ByteSource source, ReadOnlySpan<byte> magic)
    {
        if (source.Length < magic.Length)
            return false;
        Span<byte> begin = stackalloc byte[magic.Length];
        source.Read(0, begin);
        return begin.SequenceEqual(magic);
    }
}
