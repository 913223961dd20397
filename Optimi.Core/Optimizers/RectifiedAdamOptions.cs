using Optimi.Kernels;

namespace Optimi;

/// <summary>The options of optimizers that rectify the variance of Adam's adaptive learning rate.</summary>
/// <remarks>Liu et al., <see href="https://arxiv.org/abs/1908.03265">On the Variance of the Adaptive Learning Rate and
/// Beyond</see>.</remarks>
/// <typeparam name="TRule">The rule.</typeparam>
public abstract record RectifiedAdamOptions<TRule> : AdamFamilyOptions<TRule>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    /// <summary>The variance is tractable where the average is that of more gradients than this.</summary>
    private const double Tractable = 5;

    private double RhoInfinity => (2 / (1 - Beta2)) - 1;

    /// <inheritdoc/>
    public override double Scale(in StepContext step)
    {
        double rho = Rho(step);
        if (rho <= Tractable)
            return -step.Lr;
        double rhoInfinity = RhoInfinity;
        return -step.Lr * Math.Sqrt(
            (rho - 4) * (rho - 2) * rhoInfinity / ((rhoInfinity - 4) * (rhoInfinity - 2) * rho));
    }

    /// <summary>RAdam's scalars.</summary>
    /// <param name="step">The step.</param>
    protected RAdamRule<ScalarLane> RAdam(in StepContext step) =>
        new() { Adam = Adam(step), IsRectified = Rho(step) > Tractable ? 1 : 0 };

    /// <summary>ρ: of how many gradients the squared gradient's average is one.</summary>
    private double Rho(in StepContext step)
    {
        double power = Math.Pow(Beta2, step.Step);
        return RhoInfinity - (2 * step.Step * power / (1 - power));
    }
}
