namespace Optimi.Bench;

/// <summary>An optimizer and how its parameters and states are stored.</summary>
/// <param name="Optimizer">The optimizer.</param>
/// <param name="Storage">The storage.</param>
internal sealed record Variant(BenchOptimizer Optimizer, StorageMode Storage)
{
    /// <summary>How parameters and states can be stored: float32 parameters lose nothing that could be kept.</summary>
    public static IReadOnlyList<StorageMode> Storages { get; } =
    [
        new(DType.Float32, Kahan: false),
        new(DType.BFloat16, Kahan: false),
        new(DType.BFloat16, Kahan: true),
        new(DType.Float16, Kahan: false),
        new(DType.Float16, Kahan: true),
        new(DType.BFloat16, Kahan: false, WeightBits: 32),
        new(DType.BFloat16, Kahan: false, StatesMode.Compressed, WeightBits: 24),
        new(DType.BFloat16, Kahan: false, StatesMode.Compressed, WeightBits: 16),
    ];

    /// <summary>Whether it is measured unless others are asked for: packed storage for the pair of moments, in all its forms, and for the
    /// single one.</summary>
    public bool IsUsual => !Storage.IsPacked || Optimizer.Name == "adamw" || (Optimizer.Name == "lion" && Storage.WeightBits == 24);

    /// <inheritdoc/>
    public override string ToString() => $"{Optimizer.Name} {Storage}";
}
