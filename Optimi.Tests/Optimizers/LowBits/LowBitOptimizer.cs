namespace Optimi.Tests;

/// <summary>An optimizer that stores something in few bits, as a row of test data.</summary>
/// <param name="Name">What the row is called in test names.</param>
/// <param name="DType">How parameters are stored.</param>
/// <param name="Kind">The optimizer, with options that say so.</param>
internal sealed record LowBitOptimizer(string Name, DType DType, TestOptimizer Kind)
{
    /// <summary>How far a state may be from what was encoded, in parts of the greatest number: half a step of 127 over the 8 octaves that
    /// second moments of a group may spread over before they get more bits.</summary>
    public const double Precision = 0.03;

    /// <summary>All that can be stored in few bits, by optimizers whose states are of every kind.</summary>
    public static IReadOnlyList<LowBitOptimizer> All { get; } =
    [
        .. TestOptimizer.All.Select(row => Row(row.Name, DType.BFloat16, compressed: true, 24)),
        Row("adamw", DType.BFloat16, compressed: false, 32),
        Row("ranger", DType.BFloat16, compressed: false, 32),
        Row("adan", DType.BFloat16, compressed: true, 32),
        Row("adamw", DType.BFloat16, compressed: false, 16),
        Row("lion", DType.BFloat16, compressed: true, 16),
        Row("adamw", DType.Float32, compressed: true, null),
        Row("adan", DType.Float16, compressed: true, null),
        Row("sgd with momentum", DType.BFloat16, compressed: true, null),
    ];

    /// <summary>The host, on its widest register.</summary>
    public static IEnumerable<TestDevice> Hosts => TestDevice.Kinds.Where(device => device.Name.StartsWith("cpu-Vector", StringComparison.Ordinal));

    /// <summary>Compressed states and weights of 24 bits, as one row that is enough where each takes kernels of its own to compile.</summary>
    public static LowBitOptimizer Usual { get; } = All.First(row => row.Kind.Name == "adamw");

    /// <summary>Whether there are states to accumulate into.</summary>
    public bool HasStates => Kind.Name != "sgd";

    /// <summary>All optimizers on some devices; on OpenCL, which compiles kernels for each, in the long run.</summary>
    public static IEnumerable<TestCaseData> On(IEnumerable<TestDevice> devices) =>
        from device in devices
        from optimizer in All
        select new TestCaseData(device, optimizer).LongIf(device.IsOpenCL);

    /// <summary>Makes the optimizer.</summary>
    public Optimizer Create(IEnumerable<Parameter> parameters, uint seed) =>
        Kind.Create(new ParameterGroup(parameters, Kind.Options with { DitherSeed = seed }));

    /// <summary>The same with other options.</summary>
    public LowBitOptimizer With(Func<OptimizerOptions, OptimizerOptions> change) =>
        this with { Kind = Kind with { Options = change(Kind.Options) } };

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static LowBitOptimizer Row(string name, DType dtype, bool compressed, int? bits)
    {
        TestOptimizer row = TestOptimizer.All.First(row => row.Name == name);
        OptimizerOptions options = row.Options with { CompressedStates = compressed, MasterWeightBits = bits };
        return new LowBitOptimizer(
            $"{name} {dtype}{(compressed ? " compressed" : "")}{(bits is null ? "" : $" {bits} bits")}",
            dtype,
            row with { Options = options });
    }
}
