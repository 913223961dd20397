using System.Runtime.CompilerServices;

namespace Optimi.Kernels;

/// <summary>The loop of the host: a run of units with the same scalars, on hardware vectors.</summary>
/// <typeparam name="TLane">The vector.</typeparam>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
internal static unsafe class HostLoop<TLane, TRule, TApply, TLayout>
    where TLane : unmanaged, ILane<TLane>
    where TRule : unmanaged, IUpdateRule<TRule, TLane>
    where TApply : unmanaged, IApply<TApply, TLane>
    where TLayout : ILayout
{
    /// <summary>Tiles that are measured before they are summed up: what was measured of so few stays in the nearest cache.</summary>
    private const int TilesAtOnce = 4;

    /// <summary>Floats in a row: its scalars, and behind them each of them spread over a vector.</summary>
    public static int RowLength => Scalars + (sizeof(Row<TLane, TRule, TApply>) / sizeof(float));

    private static int Scalars => sizeof(Row<TLane, TRule, TApply>) / sizeof(TLane);

    /// <summary>Vectors of units in a tile.</summary>
    public static int VectorsPerTile => TLayout.UnitsPerTile / (sizeof(TLane) / sizeof(uint));

    /// <summary>Steps a run of vectors of units that follow one another in every slot.</summary>
    /// <typeparam name="TPass">What is done of the step; a pass that measures is <see cref="Measure"/>.</typeparam>
    /// <param name="terms">The terms that the row asks for.</param>
    /// <param name="scalars">The row of scalars, after <see cref="Spread"/>.</param>
    /// <param name="slabs">The slots from the first vector on.</param>
    /// <param name="vectors">How many vectors.</param>
    public static void Run<TPass>(Terms terms, float* scalars, in Slabs<HostWords<TLane>> slabs, int vectors)
        where TPass : IPass
    {
        switch (terms)
        {
            case Terms.None:
                Run<LeanPass<TPass, NoTerms>>(scalars, slabs, vectors);
                break;
            case Terms.Decay:
                Run<LeanPass<TPass, DecayTerm>>(scalars, slabs, vectors);
                break;
            case Terms.Shrink:
                Run<LeanPass<TPass, ShrinkTerm>>(scalars, slabs, vectors);
                break;
            case Terms.L2:
                Run<LeanPass<TPass, L2Term>>(scalars, slabs, vectors);
                break;
            case Terms.Scale:
                Run<LeanPass<TPass, ScaledTerms<NoTerms>>>(scalars, slabs, vectors);
                break;
            case Terms.Scale | Terms.Decay:
                Run<LeanPass<TPass, ScaledTerms<DecayTerm>>>(scalars, slabs, vectors);
                break;
            case Terms.Scale | Terms.Shrink:
                Run<LeanPass<TPass, ScaledTerms<ShrinkTerm>>>(scalars, slabs, vectors);
                break;
            case Terms.Scale | Terms.L2:
                Run<LeanPass<TPass, ScaledTerms<L2Term>>>(scalars, slabs, vectors);
                break;
            default:
                Run<TPass>(scalars, slabs, vectors);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Run<TPass>(float* scalars, in Slabs<HostWords<TLane>> slabs, int vectors)
        where TPass : IPass
    {
        Slabs<HostWords<TLane>> here = slabs;
        TLayout.Step<TLane, TRule, TApply, TPass, HostWords<TLane>>(*VectorsOf(scalars), ref here, 0, vectors);
    }

    /// <summary>The first pass of a rule that measures, over a run of tiles.</summary>
    /// <param name="terms">The terms that the row asks for.</param>
    /// <param name="scalars">The row of scalars, after <see cref="Spread"/>.</param>
    /// <param name="slabs">The slots from the first tile on.</param>
    /// <param name="number">The first tile's number in the launch.</param>
    /// <param name="tiles">How many tiles.</param>
    /// <param name="extents">The tensors of the run, from the first tile's on.</param>
    /// <param name="sums">For each tile of the launch the sum of what was measured in it.</param>
    public static void Measure(
        Terms terms,
        float* scalars,
        in Slabs<HostWords<TLane>> slabs,
        int number,
        int tiles,
        ReadOnlySpan<TensorExtent> extents,
        float* sums)
    {
        if ((terms & Terms.Rest) != 0)
            Measure<MeasurePass>(scalars, slabs, number, tiles, extents, sums);
        else if ((terms & Terms.Scale) != 0)
            Measure<LeanPass<MeasurePass, ScaledTerms<NoTerms>>>(scalars, slabs, number, tiles, extents, sums);
        else
            Measure<LeanPass<MeasurePass, NoTerms>>(scalars, slabs, number, tiles, extents, sums);
    }

    /// <remarks>Optimized from the first call on: with small tensors the JIT came back to it only after hundreds of steps.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Measure<TPass>(
        float* scalars,
        in Slabs<HostWords<TLane>> slabs,
        int number,
        int tiles,
        ReadOnlySpan<TensorExtent> extents,
        float* sums)
        where TPass : IPass
    {
        Slabs<HostWords<TLane>> here = slabs;
        // A vector that lies across two lines is read late if it has just been written.
        byte* unaligned = stackalloc byte[(TilesAtOnce * Tile.Length * sizeof(float)) + sizeof(TLane)];
        var measured = (float*)(((nuint)unaligned + (nuint)sizeof(TLane) - 1) & ~((nuint)sizeof(TLane) - 1));
        float* measuredHigh = measured + (TilesAtOnce * TLayout.UnitsPerTile);
        here.Measured = new HostWords<TLane>((nint)measured);
        here.MeasuredHigh = new HostWords<TLane>((nint)measuredHigh);
        int tensor = 0;
        while (tiles > 0)
        {
            int count = Math.Min(TilesAtOnce, tiles);
            TLayout.Step<TLane, TRule, TApply, TPass, HostWords<TLane>>(*VectorsOf(scalars), ref here, 0, count * VectorsPerTile);
            for (int i = 0; i < count; i++, number++)
            {
                while (number >= extents[tensor].EndTile)
                    tensor++;
                int at = i * TLayout.UnitsPerTile;
                sums[number] = TreeSum.OfTile<TLane>(
                    measured + at, measuredHigh + at, TLayout.UnitsPerTile, extents[tensor].LengthOf(number));
            }

            here = TLayout.Skip(here, count);
            tiles -= count;
        }
    }

    /// <summary>Spreads each scalar of a row over a vector: once for all tensors, of which there may be thousands.</summary>
    /// <param name="row">The row, <see cref="RowLength"/> floats, whose scalars are there.</param>
    public static void Spread(float* row)
    {
        var vectors = (TLane*)VectorsOf(row);
        for (int i = 0; i < Scalars; i++)
            Unsafe.WriteUnaligned(vectors + i, TLane.Splat(row[i]));
    }

    internal static Row<TLane, TRule, TApply>* VectorsOf(float* row) => (Row<TLane, TRule, TApply>*)(row + Scalars);
}
