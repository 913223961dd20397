namespace Optimi.Kernels;

/// <summary>Bias correction inside the coefficients of a moving average.</summary>
/// <remarks>
/// With the coefficients of step t, <c>β̂ = (βᵗ - β) / (βᵗ - 1)</c> and <c>1 - β̂</c>, the average of the gradients so far is
/// unbiased at every step, and the first step takes the gradient as it is (β̂ = 0).
/// </remarks>
public static class BiasCorrection
{
    /// <summary>β̂ of a step.</summary>
    /// <param name="beta">β: at least 0 and below 1.</param>
    /// <param name="step">t: the number of the parameter's step, from 1.</param>
    public static double DebiasedBeta(double beta, long step)
    {
        double power = Math.Pow(beta, step);
        return (power - beta) / (power - 1);
    }

    /// <summary>1 - βᵗ: what an average that began as zero and was not corrected is of the unbiased one.</summary>
    /// <param name="beta">β: at least 0 and below 1.</param>
    /// <param name="step">t: the number of the parameter's last step; 0 if there was none.</param>
    public static double Factor(double beta, long step) => 1 - Math.Pow(beta, step);
}
