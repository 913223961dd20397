using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>How parameters are averaged: <c>e = e + (1 - decay) (p - e)</c>.</summary>
/// <remarks>Polyak, Juditsky, <see href="https://doi.org/10.1137/0330046">Acceleration of stochastic approximation by
/// averaging</see>.</remarks>
/// <typeparam name="TLane">The register.</typeparam>
internal struct AverageScalars<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>1 - decay.</summary>
    public TLane Weight;

    /// <summary>Not 0 if the average begins as the parameters before the step.</summary>
    public TLane Begins;

    /// <summary>The scalars of a step.</summary>
    /// <param name="around">The weight, and whether the average begins.</param>
    public static AverageScalars<TLane> Of(in SurroundingScalars around) => new()
    {
        Weight = TLane.Splat(around.AverageWeight),
        Begins = TLane.Splat(around.BeginsAverage ? 1 : 0),
    };

    /// <summary>The average before the step.</summary>
    /// <param name="parameter">The parameter before the step.</param>
    /// <param name="average">The average as it is stored.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Begun(TLane parameter, TLane average) => TLane.Choose(Begins, parameter, average);

    /// <summary>The average after the step.</summary>
    /// <param name="parameter">The parameter after the step.</param>
    /// <param name="average">The average before it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Next(TLane parameter, TLane average) => TLane.MultiplyAdd(Weight, parameter - average, average);
}
