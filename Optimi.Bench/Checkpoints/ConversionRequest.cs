namespace Optimi.Bench;

/// <summary>What to convert, and how.</summary>
/// <param name="From">The file.</param>
/// <param name="To">Where the new file goes.</param>
/// <param name="Convention">Whose optimizers the new file is for.</param>
internal sealed record ConversionRequest(string From, string To, StateConvention Convention)
{
    /// <summary>The kind of optimizer, for files that do not say it; null if nobody does.</summary>
    public string? Optimizer { get; init; }

    /// <summary>Whose optimizer wrote the states, for files that do not say it; null for PyTorch's.</summary>
    public StateConvention? FromConvention { get; init; }

    /// <summary>How many steps were made, for files that do not say it; null if nobody does.</summary>
    public int? StepCount { get; init; }
}
