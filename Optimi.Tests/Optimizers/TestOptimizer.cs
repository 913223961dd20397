using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>An optimizer as a row of test data. Adding one to the library adds a row here.</summary>
/// <param name="Name">What the row is called in test names.</param>
/// <param name="Rule">Its rule, on scalar registers.</param>
/// <param name="Options">Options under which it does all that it can.</param>
/// <param name="Create">Makes it.</param>
public sealed record TestOptimizer(
    string Name, Type Rule, OptimizerOptions Options, Func<ParameterGroup, Optimizer> Create)
{
    private static readonly SGDOptions _sgd = new() { Lr = 0.01, WeightDecay = 0.1 };
    private static readonly SGDOptions _momentum = _sgd with { Momentum = 0.9 };
    private static readonly AdamOptions _adam = new() { Lr = 0.01, WeightDecay = 0.1 };
    private static readonly RAdamOptions _rAdam = new() { Lr = 0.01, WeightDecay = 0.1 };
    private static readonly RangerOptions _ranger = new() { Lr = 0.01, Interval = 2, WeightDecay = 0.1 };
    private static readonly AdanOptions _adan = new() { Lr = 0.01 };

    /// <summary>All optimizers; those that keep other states under other options more than once.</summary>
    public static IReadOnlyList<TestOptimizer> All { get; } =
    [
        Row("sgd", _sgd, group => new SGD(group), _sgd with { DecoupleWd = true }),
        Row("sgd with momentum", _momentum, group => new SGD(group), _momentum with { DecoupleWd = true }),
        Row("adam", _adam, group => new Adam(group), _adam with { DecoupleWd = true }),
        Row("adamw", new AdamWOptions { Lr = 0.01 }, group => new AdamW(group)),
        Row("stableadamw", new StableAdamWOptions { Lr = 0.01 }, group => new StableAdamW(group)),
        Row("lion", new LionOptions { Lr = 0.001, WeightDecay = 0.1 }, group => new Lion(group)),
        Row("radam", _rAdam, group => new RAdam(group), _rAdam with { DecoupleWd = true }),
        Row("ranger", _ranger, group => new Ranger(group), _ranger with { DecoupleWd = false }),
        Row("adan", _adan, group => new Adan(group), _adan with { AdamWd = true }),
    ];

    /// <summary>How parameters and states can be stored.</summary>
    public static IReadOnlyList<(DType DType, bool Kahan, DType? States)> Variants { get; } =
    [
        (DType.Float32, false, null),
        (DType.BFloat16, false, null),
        (DType.BFloat16, true, null),
        (DType.BFloat16, false, DType.Float32),
        (DType.BFloat16, true, DType.Float32),
        (DType.Float16, false, null),
        (DType.Float16, true, null),
        (DType.Float16, true, DType.Float32),
    ];

    /// <summary>All: one more, with every state stored as the default stores squares under float16 parameters.</summary>
    public static IReadOnlyList<(DType DType, bool Kahan, DType? States)> AllVariants { get; } =
        [.. Variants, (DType.Float16, true, DType.BFloat16)];

    /// <summary>Whether a step is two passes.</summary>
    public bool Measures { get; private init; }

    /// <summary>The options with every kind of weight decay that there is: its own, none, fully decoupled, and any other.</summary>
    internal IReadOnlyList<OptimizerOptions> Decays { get; private init; } = [];

    /// <summary>Adds a group to an optimizer of this kind.</summary>
    internal Action<Optimizer, IEnumerable<Parameter>, OptimizerOptions> AddGroup { get; private init; } = null!;

    /// <summary>Its rule as a function of lists of tensors on the host.</summary>
    internal FunctionOfLists OnLists { get; private init; } = null!;

    /// <summary>Its rule as a function of views, by <see cref="Slot"/>.</summary>
    internal FunctionOfViews OnViews { get; private init; } = null!;

    /// <summary>The kernel variant of some storage.</summary>
    internal SlotLayout Layout(DType dtype, bool kahan, DType? states)
    {
        OptimizerOptions options = Options with { Kahan = kahan, StateDType = states };
        var names = (IReadOnlyList<string>)Rule.GetProperty("StateNames")!.GetValue(null)!;
        return new SlotLayout(dtype, dtype, kahan ? WeightFormat.Kahan : WeightFormat.Plain, StateTypes.Of(options, names.Count, dtype, kahan));
    }

    /// <summary>Makes the optimizer, for parameters of some storage.</summary>
    public Optimizer Over(IEnumerable<Parameter> parameters, bool kahan, DType? states) =>
        Create(new ParameterGroup(parameters, Options with { Kahan = kahan, StateDType = states }));

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal delegate void FunctionOfLists(OptimizerOptions options, long step, TensorSlots[] tensors, bool accumulate);

    internal delegate void FunctionOfViews(
        ComputeDevice device, OptimizerOptions options, long step, TensorView[] views, bool accumulate);

    private static TestOptimizer Row<TRule>(
        string name, RuleOptions<TRule> options, Func<ParameterGroup, Optimizer> create, RuleOptions<TRule>? otherDecay = null)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane> =>
        new(name, typeof(TRule), options, create)
        {
            Measures = TRule.Measures,
            Decays =
            [
                options,
                options with { WeightDecay = 0 },
                options with { WeightDecay = 1e-4, DecoupleLr = true, MaxLr = 2 * options.Lr },
                .. otherDecay is null ? Array.Empty<OptimizerOptions>() : [otherDecay],
            ],
            AddGroup = (optimizer, parameters, options) =>
                ((Optimizer<TRule>)optimizer).AddGroup(parameters, (RuleOptions<TRule>)options),
            OnLists = (options, step, tensors, accumulate) =>
                Optimi.Functional.Step((RuleOptions<TRule>)options, step, tensors, accumulate: accumulate),
            OnViews = (device, options, step, views, accumulate) => Optimi.Functional.Step(
                device,
                (RuleOptions<TRule>)options,
                step,
                views[Slot.Values],
                views[Slot.Gradients],
                views[Slot.FirstState],
                views[Slot.FirstState + 1],
                views[Slot.FirstState + 2],
                views[Slot.FirstState + 3],
                options.MasterWeightBits is null ? views[Slot.Compensation] : default,
                options.MasterWeightBits is null ? default : views[Slot.Compensation],
                views[Slot.Headers],
                accumulate: accumulate),
        };
}
