namespace Optimi;

/// <summary>A checkpoint is whole, but is of something else than what it is loaded into. Nothing was changed.</summary>
public sealed class CheckpointMismatchException : CheckpointException
{
    private const int MostShown = 10;

    /// <summary>Creates the error.</summary>
    /// <param name="source">What was loaded, such as the path.</param>
    /// <param name="missing">What the file lacks.</param>
    /// <param name="unexpected">What the file has that there is no place for.</param>
    /// <param name="different">What is there but cannot be taken, and why.</param>
    public CheckpointMismatchException(
        string source, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<string> different)
        : base(Describe(source, missing, unexpected, different))
    {
        Missing = missing;
        Unexpected = unexpected;
        Different = different;
    }

    /// <summary>Names of tensors, or of other parts, that the file lacks.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Names of tensors, or of other parts, of the file that there is no place for.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>What is there but cannot be taken: each a sentence that says what, why, and what to do about it.</summary>
    public IReadOnlyList<string> Different { get; }

    private static string Describe(
        string source, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<string> different)
    {
        string[] parts =
        [
            .. Part("it lacks ", missing, ", "),
            .. Part("it has nobody's ", unexpected, ", "),
            .. Part("", different, " "),
        ];
        return $"{source} does not fit what it is loaded into: {string.Join("; ", parts)}. Nothing was changed.";
    }

    private static IEnumerable<string> Part(string begin, IReadOnlyList<string> items, string separator)
    {
        if (items.Count == 0)
            yield break;
        string more = items.Count > MostShown ? FormattableString.Invariant($" and {items.Count - MostShown} more") : "";
        yield return begin + string.Join(separator, items.Take(MostShown)).TrimEnd('.') + more;
    }
}
