namespace Optimi;

/// <summary>Numbers of a file, in whatever way it stores them.</summary>
/// <param name="runs">The tensors that they are made of.</param>
internal abstract class NumberSource(params IReadOnlyList<StoredRuns> runs)
{
    /// <summary>The tensors that they are made of.</summary>
    public IReadOnlyList<StoredRuns> Runs { get; } = runs;

    /// <summary>Gives some of them in float64.</summary>
    /// <param name="bytes">What was read of each tensor, one after the other; the first number begins a tile.</param>
    /// <param name="numbers">Where to put them.</param>
    public abstract void Widen(ReadOnlySpan<byte> bytes, Span<double> numbers);

    /// <summary>What was read of one of the tensors.</summary>
    /// <param name="run">Its place in <see cref="Runs"/>.</param>
    /// <param name="bytes">What was read of all.</param>
    /// <param name="count">How many numbers were read.</param>
    protected ReadOnlySpan<byte> PartOf(int run, ReadOnlySpan<byte> bytes, int count)
    {
        int begin = 0;
        for (int before = 0; before < run; before++)
            begin += (int)Runs[before].BytesOf(count);
        return bytes.Slice(begin, (int)Runs[run].BytesOf(count));
    }
}
