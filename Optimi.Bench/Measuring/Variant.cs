namespace Optimi.Bench;

/// <summary>An optimizer and how its parameters are stored.</summary>
/// <param name="Optimizer">The optimizer.</param>
/// <param name="DType">The storage of parameters and gradients.</param>
/// <param name="Kahan">Whether there is a compensation.</param>
internal sealed record Variant(BenchOptimizer Optimizer, DType DType, bool Kahan)
{
    /// <summary>How parameters can be stored: float32 ones lose nothing that could be kept.</summary>
    public static IReadOnlyList<(DType DType, bool Kahan)> Storages { get; } =
    [
        (DType.Float32, false),
        (DType.BFloat16, false),
        (DType.BFloat16, true),
        (DType.Float16, false),
        (DType.Float16, true),
    ];

    /// <inheritdoc/>
    public override string ToString() => $"{Optimizer.Name} {DType.ToString().ToLowerInvariant()}{(Kahan ? " + Kahan" : "")}";
}
