using System.Globalization;

namespace Optimi;

/// <summary>What a step did to numbers: of one parameter (<see cref="ParameterStatistics"/>) or of all (<see cref="StepStatistics"/>).
/// Norms are Euclidean (L2), summed up in float64.</summary>
public abstract class UpdateStatistics
{
    private readonly UpdateSums _sums;

    private protected UpdateStatistics(in UpdateSums sums) => _sums = sums;

    /// <summary>How many numbers there are.</summary>
    public long Length => _sums.Length;

    /// <summary>The numbers of which the value, the gradient or the update is not finite. All else leaves them out.</summary>
    public long NonFinite => _sums.NonFinite;

    /// <summary>The norm of the parameters as they were stored before the step.</summary>
    public double ParameterNorm => Math.Sqrt(_sums.Parameters);

    /// <summary>The norm of the gradients as they are stored: before they are unscaled or clipped.</summary>
    public double GradientNorm => Math.Sqrt(_sums.Gradients);

    /// <summary>The norm of the updates: of the whole change that the step asks for, weight decay included, before anything is rounded to
    /// the parameter's storage type. 0 for a step that only accumulates, or is skipped.</summary>
    public double UpdateNorm => Math.Sqrt(_sums.Updates);

    /// <summary><see cref="UpdateNorm"/> divided by <see cref="ParameterNorm"/>: how far the step goes, in parts of the parameters. 0 if
    /// nothing is updated; infinite if only zeros are.</summary>
    public double UpdateRatio => UpdateNorm == 0 ? 0 : UpdateNorm / ParameterNorm;

    /// <summary>The numbers whose update is not 0.</summary>
    public long Updated => _sums.Updated;

    /// <summary>
    /// The numbers whose update is not 0, but too small for the storage type: rounded to it, the sum of number and update is the number
    /// again. Without Kahan summation these updates are lost. With it they are not; the count says what would be lost without it.
    /// </summary>
    public long RoundedAway => _sums.RoundedAway;

    /// <summary>The share of the finite numbers whose update is rounded away, from 0 to 1; 0 if there are no such numbers.</summary>
    public double RoundedAwayShare => Length == NonFinite ? 0 : (double)RoundedAway / (Length - NonFinite);

    /// <summary>What stands in the columns of a row.</summary>
    private protected static string Head(int width) =>
        $"{"".PadRight(width)} {"numbers",12} {"parameter",10} {"gradient",10} {"update",10} {"ratio",10} {"rounded away",12} {"non-finite",10}";

    /// <summary>The figures in columns, in every culture the same.</summary>
    private protected string Row(string name, int width) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name.PadRight(width)} {Length,12} {ParameterNorm,10:0.000e+00} {GradientNorm,10:0.000e+00} {UpdateNorm,10:0.000e+00}"
        + $" {UpdateRatio,10:0.000e+00} {RoundedAwayShare * 100,10:0.00} % {NonFinite,10}");
}
