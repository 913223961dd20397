namespace Optimi.TorchSharp;

/// <summary>The two betas that TorchSharp's schedulers know, in the options of optimizers that it does not have.</summary>
internal static class BetaOptions
{
    /// <summary>β₁ and β₂.</summary>
    public static (double, double) Of(OptimizerOptions? options) => options switch
    {
        LionOptions lion => (lion.Beta1, lion.Beta2),
        AdanOptions adan => (adan.Beta1, adan.Beta2),
        RangerOptions ranger => (ranger.Beta1, ranger.Beta2),
        StableAdamWOptions stable => (stable.Beta1, stable.Beta2),
        _ => throw None(options),
    };

    /// <summary>The options with other betas.</summary>
    public static OptimizerOptions With(OptimizerOptions? options, (double Beta1, double Beta2) betas) => options switch
    {
        LionOptions lion => lion with { Beta1 = betas.Beta1, Beta2 = betas.Beta2 },
        AdanOptions adan => adan with { Beta1 = betas.Beta1, Beta2 = betas.Beta2 },
        RangerOptions ranger => ranger with { Beta1 = betas.Beta1, Beta2 = betas.Beta2 },
        StableAdamWOptions stable => stable with { Beta1 = betas.Beta1, Beta2 = betas.Beta2 },
        _ => throw None(options),
    };

    private static OptionException None(OptimizerOptions? options) =>
        new($"There are no betas in {options?.GetType().Name ?? "options that are not there yet"}; give the group to its optimizer first.");
}
