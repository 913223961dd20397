namespace Optimi.Bench;

/// <summary>The optimizers that <c>train</c> offers, each with a learning rate that suits the example.</summary>
internal static class TrainingOptimizers
{
    public static IReadOnlyDictionary<string, (double Lr, Func<ParameterBuffer, double, StorageMode, Optimizer> Create)> All { get; } =
        new Dictionary<string, (double, Func<ParameterBuffer, double, StorageMode, Optimizer>)>
        {
            ["sgd"] = Of(new SGDOptions { Lr = 0.1, Momentum = 0.9 }, (parameters, options) => new SGD(parameters, options)),
            ["adam"] = Of(new AdamOptions { Lr = 1e-3 }, (parameters, options) => new Adam(parameters, options)),
            ["adamw"] = Of(new AdamWOptions { Lr = 1e-3 }, (parameters, options) => new AdamW(parameters, options)),
            ["adan"] = Of(new AdanOptions { Lr = 1e-3 }, (parameters, options) => new Adan(parameters, options)),
            ["lion"] = Of(new LionOptions { Lr = 2e-4 }, (parameters, options) => new Lion(parameters, options)),
            ["radam"] = Of(new RAdamOptions { Lr = 1e-3 }, (parameters, options) => new RAdam(parameters, options)),
            ["ranger"] = Of(new RangerOptions { Lr = 1e-3 }, (parameters, options) => new Ranger(parameters, options)),
            ["stableadamw"] = Of(new StableAdamWOptions { Lr = 1e-3 }, (parameters, options) => new StableAdamW(parameters, options)),
        };

    private static (double Lr, Func<ParameterBuffer, double, StorageMode, Optimizer> Create) Of<TOptions>(
        TOptions options, Func<ParameterBuffer, TOptions, Optimizer> create)
        where TOptions : OptimizerOptions =>
        (options.Lr, (parameters, lr, storage) => create(parameters, storage.Of(options with { Lr = lr })));
}
