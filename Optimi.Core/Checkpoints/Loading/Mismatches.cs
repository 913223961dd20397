namespace Optimi;

/// <summary>Where a checkpoint does not fit what it is loaded into.</summary>
/// <param name="source">What is loaded.</param>
/// <param name="isStrict">Whether parts that are missing or have no place are errors.</param>
internal sealed class Mismatches(string source, bool isStrict)
{
    public List<string> Missing { get; } = [];

    public List<string> Unexpected { get; } = [];

    public List<string> Different { get; } = [];

    /// <summary>Checks that it fits.</summary>
    /// <exception cref="CheckpointMismatchException">It does not.</exception>
    public void Check()
    {
        if (Different.Count > 0 || (isStrict && Missing.Count + Unexpected.Count > 0))
            throw new CheckpointMismatchException(source, Missing, Unexpected, Different);
    }
}
