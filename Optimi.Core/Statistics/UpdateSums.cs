namespace Optimi;

/// <summary>Counts and sums of squares over numbers that are stepped.</summary>
/// <param name="Length">All numbers.</param>
/// <param name="NonFinite">Those that are not finite, or their gradient or update, which the others leave out.</param>
/// <param name="Updated">Those whose update is not 0.</param>
/// <param name="RoundedAway">Those of them that stay the same when the sum is rounded.</param>
/// <param name="Parameters">The sum of the numbers' squares.</param>
/// <param name="Gradients">That of their gradients.</param>
/// <param name="Updates">That of their updates.</param>
internal readonly record struct UpdateSums(
    long Length, long NonFinite, long Updated, long RoundedAway, double Parameters, double Gradients, double Updates)
{
    public static UpdateSums operator +(in UpdateSums left, in UpdateSums right) => new(
        left.Length + right.Length,
        left.NonFinite + right.NonFinite,
        left.Updated + right.Updated,
        left.RoundedAway + right.RoundedAway,
        left.Parameters + right.Parameters,
        left.Gradients + right.Gradients,
        left.Updates + right.Updates);

    /// <summary>Those of one number.</summary>
    /// <param name="parameter">The number as it is stored, with its low bits if it has any.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="update">Its update.</param>
    /// <param name="dtype">How it is stored.</param>
    public static UpdateSums Of(float parameter, float gradient, double update, DType dtype)
    {
        if (!float.IsFinite(parameter) || !float.IsFinite(gradient) || !double.IsFinite(update))
            return default(UpdateSums) with { Length = 1, NonFinite = 1 };
        bool isUpdated = update != 0;
        // As a step does it: the sum is a float32 register, which is rounded once more when it is stored.
        bool isRoundedAway = isUpdated && Rounded((float)(parameter + update), dtype) == Rounded(parameter, dtype);
        return new(
            1,
            0,
            isUpdated ? 1 : 0,
            isRoundedAway ? 1 : 0,
            (double)parameter * parameter,
            (double)gradient * gradient,
            update * update);
    }

    private static float Rounded(float number, DType dtype) => dtype switch
    {
        DType.Float32 => number,
        DType.BFloat16 => (BFloat16)number,
        _ => (float)(Half)number,
    };
}
