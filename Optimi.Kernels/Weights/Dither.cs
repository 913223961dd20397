namespace Optimi.Kernels;

/// <summary>
/// The bits that decide whether a number is rounded up or down: <c>r = i multiplier + offset</c> modulo 2^32, for number i of its tensor,
/// where r / 2^32 is the share of an ulp below which it is rounded up. Over steps, and over neighbours, the fractions fill an interval
/// evenly, so that errors cancel out; no state and no random numbers are needed.
/// </summary>
/// <remarks>From step to step it goes on by the inverse of the golden ratio, from number to number by that of the plastic number, and
/// weights are off by its square's: the fractions that fill an interval and a square most evenly. Roberts,
/// <see href="https://extremelearning.com.au/unreasonable-effectiveness-of-quasirandom-sequences/">The unreasonable effectiveness of
/// quasirandom sequences</see>.</remarks>
/// <param name="Offset">What it begins with in a step.</param>
/// <param name="Multiplier">From a number to the next one.</param>
internal readonly record struct Dither(int Offset, int Multiplier)
{
    private const uint OfNumber = 0xC13FA9A9;

    private const uint OfStep = 0x9E3779B9;

    private const uint OfWeight = 0x91E10DA5;

    /// <summary>Rounds to the nearest: half an ulp for every number.</summary>
    public static Dither Nearest { get; } = new(int.MinValue, 0);

    /// <summary>The dither of second moments.</summary>
    /// <param name="step">The number of the parameter's step, from 1.</param>
    /// <param name="seed">The seed.</param>
    public static Dither OfMoments(long step, int seed) =>
        new((int)unchecked(((uint)step * OfStep) + (uint)seed), unchecked((int)OfNumber));

    /// <summary>The dither of weights.</summary>
    /// <param name="step">The number of the parameter's step, from 1.</param>
    /// <param name="seed">The seed.</param>
    public static Dither OfWeights(long step, int seed) =>
        new(unchecked(OfMoments(step, seed).Offset + (int)OfWeight), unchecked((int)OfNumber));
}
