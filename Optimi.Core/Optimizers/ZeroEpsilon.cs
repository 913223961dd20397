namespace Optimi;

/// <summary>The warnings of an ε that float32 rounds to zero.</summary>
internal static class ZeroEpsilon
{
    /// <summary>Of one that is added to a root; null if it is not zero.</summary>
    public static string? WarningOf(double epsilon) => (float)epsilon != 0
        ? null
        : FormattableString.Invariant($"Epsilon {epsilon} is 0 in float32: where a gradient is zero from the first step on, the update")
            + " is 0 / 0, and the parameter becomes NaN. Usual values are 1e-8 to 1e-6.";

    /// <summary>Of one whose square is the least that a mean is divided by; null if that is not zero.</summary>
    public static string? WarningOfSquare(double epsilon) => (float)(epsilon * epsilon) != 0
        ? null
        : FormattableString.Invariant($"The square of Epsilon {epsilon} is 0 in float32: where a gradient is zero from the first step on,")
            + " the tensor's mean is NaN, and its updates are never clipped. Usual values are 1e-8 to 1e-6.";
}
