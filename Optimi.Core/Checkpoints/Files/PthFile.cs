namespace Optimi;

/// <summary>A file that <c>torch.save</c> has written.</summary>
internal sealed class PthFile : TensorFile
{
    private PthFile(ByteSource source, IReadOnlyList<StoredTensor> tensors, IReadOnlyDictionary<string, string> metadata)
        : base(source, tensors, metadata)
    {
    }

    /// <summary>Whether the first bytes are those of such a file.</summary>
    public static bool IsOne(ByteSource source)
    {
        if (source.Length < 4)
            return false;
        Span<byte> magic = stackalloc byte[4];
        source.Read(0, magic);
        return magic.SequenceEqual("PK\x03\x04"u8);
    }

    public static PthFile Read(ByteSource source) => throw new NotImplementedException();
}
