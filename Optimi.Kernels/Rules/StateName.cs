namespace Optimi.Kernels;

/// <summary>The names of states, as the reference library has them, so that checkpoints travel.</summary>
public static class StateName
{
    /// <summary>m: the moving average of the gradient.</summary>
    public const string ExpAvg = "exp_avg";

    /// <summary>v: the moving average of the gradient's square.</summary>
    public const string ExpAvgSq = "exp_avg_sq";

    /// <summary>k: what rounding the parameter to its storage type has lost so far.</summary>
    public const string KahanCompensation = "kahan_comp";
}
