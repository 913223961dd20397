using Optimi.Kernels;

namespace Optimi.Bench;

/// <summary>An optimizer as a row: adding one to the library adds a row here.</summary>
/// <param name="Name">What <c>--optimizer</c> calls it.</param>
/// <param name="Options">Its options; the learning rate and Kahan summation are set by the case.</param>
/// <param name="Create">Makes it.</param>
/// <param name="Passes">How it walks memory, if not in one pass; see <see cref="Traffic"/>.</param>
internal sealed record BenchOptimizer(
    string Name,
    OptimizerOptions Options,
    Func<IReadOnlyList<ParameterGroup>, Optimizer> Create,
    IReadOnlyList<TrafficPass>? Passes = null)
{
    /// <summary>Both moments, one by one or in pairs.</summary>
    private static readonly string[] _moments =
        [StateName.ExpAvg, StateName.ExpAvgSq, StateName.Moments, $"{StateName.Moments}{StateName.Headers}"];

    public static IReadOnlyList<BenchOptimizer> All { get; } =
    [
        Of("sgd", new SGDOptions { Lr = 0, Momentum = 0.9 }, groups => new SGD(groups)),
        Of("adam", new AdamOptions { Lr = 0 }, groups => new Adam(groups)),
        Of("adamw", new AdamWOptions { Lr = 0 }, groups => new AdamW(groups)),
        Of("adan", new AdanOptions { Lr = 0 }, groups => new Adan(groups)),
        Of("lion", new LionOptions { Lr = 0 }, groups => new Lion(groups)),
        Of("radam", new RAdamOptions { Lr = 0 }, groups => new RAdam(groups)),
        Of("ranger", new RangerOptions { Lr = 0 }, groups => new Ranger(groups)),
        Of("stableadamw", new StableAdamWOptions { Lr = 0 }, groups => new StableAdamW(groups),
        [
            new TrafficPass([TrafficSlot.Gradient], _moments),
            new TrafficPass(_moments, [TrafficSlot.Value, StateName.KahanCompensation, StateName.LowBits, StateName.Average]),
        ]),
    ];

    /// <summary>Adds a group to an optimizer of this row.</summary>
    public Func<Optimizer, IEnumerable<Parameter>, OptimizerOptions, ParameterGroup>? AddGroup { get; private init; }

    /// <summary>A row whose options name the rule, which adding groups takes.</summary>
    private static BenchOptimizer Of<TRule>(
        string name,
        RuleOptions<TRule> options,
        Func<IReadOnlyList<ParameterGroup>, Optimizer> create,
        IReadOnlyList<TrafficPass>? passes = null)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane> => new(name, options, create, passes)
        {
            AddGroup = (optimizer, parameters, groupOptions) =>
                ((Optimizer<TRule>)optimizer).AddGroup(parameters, (RuleOptions<TRule>)groupOptions),
        };
}
