namespace Optimi;

/// <summary>Codes, headers or low bits that memory stores as the file does.</summary>
/// <param name="source">What there is in the file.</param>
/// <param name="target">Where it goes.</param>
internal sealed class CopiedPart(StoredTensor source, StoredPart target) : LoadedTensor(source.Length, StoredRuns.OfNumbers(source))
{
    public override void Write(long first, int count, ReadOnlySpan<byte> bytes) =>
        target.Write(first * TensorTypes.SizeOf(source.Type), bytes);
}
