using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>
/// What the norm of gradients is made of: <c>(u g)²</c>. It has no states and steps nothing; only its first pass, which measures, is run.
/// </summary>
/// <typeparam name="TLane">The register.</typeparam>
internal struct SquareRule<TLane> : IUpdateRule<SquareRule<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>u: what gradients are multiplied by, so that they are no longer scaled as the loss was.</summary>
    public TLane Unscale;

    /// <inheritdoc/>
    public static IReadOnlyList<string> StateNames => [];

    /// <inheritdoc/>
    public static bool Measures => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Measure(in SquareRule<TLane> rule, TLane gradient, ref States<TLane> states)
    {
        TLane unscaled = gradient * rule.Unscale;
        return unscaled * unscaled;
    }

    /// <inheritdoc/>
    public static MeasuredScalars<TLane> Scalars(in SquareRule<TLane> rule, TLane mean) => default;

    /// <inheritdoc/>
    public readonly TLane Step(TLane parameter, TLane gradient, ref States<TLane> states) => gradient;
}
