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

    /// <summary>Both moments, where they are stored as pairs.</summary>
    public const string Moments = "moments";

    /// <summary>What follows the name of a state that is stored in groups, for what each group has in common.</summary>
    public const string Headers = ".headers";

    /// <summary>The lower bits of weights that have more of them than the model sees.</summary>
    public const string LowBits = "low_bits";

    /// <summary>e: the moving average of the parameter itself.</summary>
    public const string Average = "ema";
}
