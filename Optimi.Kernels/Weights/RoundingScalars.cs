namespace Optimi.Kernels;

/// <summary>A <see cref="Rounding"/> as scalars of a step: integers in the registers' bits.</summary>
/// <typeparam name="TLane">The register.</typeparam>
internal struct RoundingScalars<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>The dither of second moments.</summary>
    public DitherScalars<TLane> Moments;

    /// <summary>The dither of weights.</summary>
    public DitherScalars<TLane> Weights;

    /// <summary>The spread of second moments from which on they get more bits.</summary>
    public TLane Spread;

    /// <summary>The scalars of a step.</summary>
    /// <param name="rounding">How it rounds.</param>
    public static RoundingScalars<TLane> Of(in Rounding rounding) => new()
    {
        Moments = DitherScalars<TLane>.Of(rounding.Moments),
        Weights = DitherScalars<TLane>.Of(rounding.Weights),
        Spread = TLane.SplatBits(rounding.Spread),
    };
}
