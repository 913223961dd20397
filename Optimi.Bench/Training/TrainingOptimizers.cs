namespace Optimi.Bench;

/// <summary>The optimizers that <c>train</c> offers, each with a learning rate that suits the example.</summary>
internal static class TrainingOptimizers
{
    public static IReadOnlyDictionary<string, (double Lr, Func<ParameterBuffer, double, bool, Optimizer> Create)> All { get; } =
        new Dictionary<string, (double, Func<ParameterBuffer, double, bool, Optimizer>)>
        {
            ["sgd"] = (0.1, (parameters, lr, kahan) => new SGD(parameters, lr, momentum: 0.9, kahan: kahan)),
            ["adam"] = (1e-3, (parameters, lr, kahan) => new Adam(parameters, lr, kahan: kahan)),
            ["adamw"] = (1e-3, (parameters, lr, kahan) => new AdamW(parameters, lr, kahan: kahan)),
            ["adan"] = (1e-3, (parameters, lr, kahan) => new Adan(parameters, lr, kahan: kahan)),
            ["lion"] = (2e-4, (parameters, lr, kahan) => new Lion(parameters, lr, kahan: kahan)),
            ["radam"] = (1e-3, (parameters, lr, kahan) => new RAdam(parameters, lr, kahan: kahan)),
            ["ranger"] = (1e-3, (parameters, lr, kahan) => new Ranger(parameters, lr, kahan: kahan)),
            ["stableadamw"] = (1e-3, (parameters, lr, kahan) => new StableAdamW(parameters, lr, kahan: kahan)),
        };
}
