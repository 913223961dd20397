namespace Optimi.Bench;

/// <summary>All that was measured.</summary>
/// <param name="Results">Steps beside the streaming limit.</param>
/// <param name="Comparisons">Ways of stepping beside an ordinary one.</param>
internal sealed record BenchReport(IReadOnlyList<BenchResult> Results, IReadOnlyList<ComparedResult> Comparisons)
{
    /// <summary>The rows of the file: the results, then the comparisons, which have members of their own.</summary>
    public IReadOnlyList<object> Rows => [.. Results, .. Comparisons];
}
