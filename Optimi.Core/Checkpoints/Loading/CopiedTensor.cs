using System.Buffers;

namespace Optimi;

/// <summary>Numbers that memory stores as the file does.</summary>
/// <param name="source">The numbers in the file.</param>
/// <param name="target">Where they go.</param>
/// <param name="watches">Whether it is to be found out if any of them is another than before.</param>
internal sealed class CopiedTensor(StoredTensor source, TensorStorage target, bool watches = false)
    : LoadedTensor(target.Length, StoredRuns.OfNumbers(source))
{
    /// <summary>Whether any number is another than before; true if nobody wanted to know.</summary>
    public bool HasChanged { get; private set; } = !watches;

    public override void Write(long first, int count, ReadOnlySpan<byte> bytes)
    {
        if (!HasChanged)
        {
            byte[] before = ArrayPool<byte>.Shared.Rent(bytes.Length);
            target.ReadStored(first * target.DType.Bytes(), before.AsSpan(0, bytes.Length));
            HasChanged = !bytes.SequenceEqual(before.AsSpan(0, bytes.Length));
            ArrayPool<byte>.Shared.Return(before);
        }

        target.WriteStored(first * target.DType.Bytes(), bytes);
    }
}
