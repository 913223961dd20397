using System.Globalization;

namespace Optimi.Bench;

/// <summary>A variant to measure.</summary>
/// <param name="Optimizer">The optimizer's name.</param>
/// <param name="DType">The storage of parameters, gradients and states.</param>
/// <param name="Kahan">Whether there is a compensation.</param>
/// <param name="States">How many states the rule keeps.</param>
/// <param name="Create">Makes the optimizer.</param>
internal sealed record BenchCase(
    string Optimizer, DType DType, bool Kahan, int States, Func<ParameterBuffer, bool, Optimizer> Create)
{
    public static IReadOnlyList<BenchCase> All { get; } =
    [
        .. Variants("adamw", 2, (parameters, kahan) => new AdamW(parameters, lr: 1e-3, kahan: kahan)),
        .. Variants("adam", 2, (parameters, kahan) => new Adam(parameters, lr: 1e-3, kahan: kahan)),
        .. Variants("lion", 1, (parameters, kahan) => new Lion(parameters, lr: 1e-3, kahan: kahan)),
        .. Variants("radam", 2, (parameters, kahan) => new RAdam(parameters, lr: 1e-3, kahan: kahan)),
        .. Variants("sgd", 1, (parameters, kahan) => new SGD(parameters, lr: 1e-3, momentum: 0.9, kahan: kahan)),
    ];

    /// <summary>Slots that a step reads and writes: values, states, compensation. The gradient is only read.</summary>
    public int Written => 1 + States + (Kahan ? 1 : 0);

    /// <summary>Bytes that a step must move for each parameter.</summary>
    public int BytesPerParameter => (DType == DType.Float32 ? 4 : 2) * ((2 * Written) + 1);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Optimizer} {DType}{(Kahan ? " + Kahan" : "")}");

    private static IEnumerable<BenchCase> Variants(
        string name, int states, Func<ParameterBuffer, bool, Optimizer> create) =>
    [
        new(name, DType.Float32, false, states, create),
        new(name, DType.BFloat16, false, states, create),
        new(name, DType.BFloat16, true, states, create),
    ];
}
