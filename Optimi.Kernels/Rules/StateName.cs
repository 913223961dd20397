namespace Optimi.Kernels;

/// <summary>The names of states, as the reference library has them, so that checkpoints travel.</summary>
public static class StateName
{
    /// <summary>m: the moving average of the gradient.</summary>
    public const string ExpAvg = "exp_avg";

    /// <summary>v: the moving average of the gradient's square.</summary>
    public const string ExpAvgSq = "exp_avg_sq";

    /// <summary>u: the moving average of the gradient's change.</summary>
    public const string ExpAvgDiff = "exp_avg_diff";

    /// <summary>q: the last step's gradient, negated.</summary>
    public const string PrevGrad = "prev_grad";

    /// <summary>a: the slow weights.</summary>
    public const string LaParam = "la_param";

    /// <summary>k: what rounding the parameter to its storage type has lost so far.</summary>
    public const string KahanCompensation = "kahan_comp";

    /// <summary>e: the moving average of the parameter itself.</summary>
    public const string Average = "ema";
}
