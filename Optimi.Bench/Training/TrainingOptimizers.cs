namespace Optimi.Bench;

/// <summary>The optimizers that <c>train</c> offers, each with a learning rate that suits the example.</summary>
internal static class TrainingOptimizers
{
    public static IReadOnlyDictionary<string, (double Lr, Func<ParameterBuffer, double, bool, Optimizer> Create)> All { get; } =
        new Dictionary<string, (double, Func<ParameterBuffer, double, bool, Optimizer>)>
        {
            ["sgd"] = (0.1, (parameters, lr, kahan) => new SGD(parameters, lr, momentum: 0.9, kahan: kahan)),
            ["adam"] = (2e-3, (parameters, lr, kahan) => new Adam(parameters, lr, kahan: kahan)),
            ["adamw"] = (2e-3, (parameters, lr, kahan) => new AdamW(parameters, lr, kahan: kahan)),
        };
}
