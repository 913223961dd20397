namespace Optimi.Bench;

/// <summary>A kind of optimizer that can be made for the states of a file.</summary>
/// <param name="Options">Its default options.</param>
/// <param name="Create">Makes one of groups.</param>
internal sealed record OptimizerKind(OptimizerOptions Options, Func<ParameterGroup[], Optimizer> Create)
{
    /// <summary>All kinds, by the names of <see cref="TrainingOptimizers"/> and, in whatever case, of their classes.</summary>
    public static IReadOnlyDictionary<string, OptimizerKind> All { get; } =
        new Dictionary<string, OptimizerKind>(StringComparer.OrdinalIgnoreCase)
        {
            ["sgd"] = new(new SGDOptions { Lr = Lr("sgd") }, groups => new SGD(groups)),
            ["adam"] = new(new AdamOptions { Lr = Lr("adam") }, groups => new Adam(groups)),
            ["adamw"] = new(new AdamWOptions { Lr = Lr("adamw") }, groups => new AdamW(groups)),
            ["adan"] = new(new AdanOptions { Lr = Lr("adan") }, groups => new Adan(groups)),
            ["lion"] = new(new LionOptions { Lr = Lr("lion") }, groups => new Lion(groups)),
            ["radam"] = new(new RAdamOptions { Lr = Lr("radam") }, groups => new RAdam(groups)),
            ["ranger"] = new(new RangerOptions { Lr = Lr("ranger") }, groups => new Ranger(groups)),
            ["stableadamw"] = new(new StableAdamWOptions { Lr = Lr("stableadamw") }, groups => new StableAdamW(groups)),
        };

    /// <summary>Options with all that loading does not restore: how states are stored.</summary>
    public OptimizerOptions For(GroupPlan group)
    {
        OptimizerOptions options = Options with
        {
            Kahan = group.Kahan,
            StateDType = group.StateDType,
            CompressedStates = group.CompressedStates,
            MasterWeightBits = group.MasterWeightBits,
        };
        if (group.Lr is double lr)
            options = options with { Lr = lr, MaxLr = group.MaxLr > 0 ? group.MaxLr : null };
        // Without momentum there is no state.
        return options is SGDOptions sgd ? sgd with { Momentum = group.Momentum } : options;
    }

    private static double Lr(string name) => TrainingOptimizers.All[name].Lr;
}
