namespace Optimi.Kernels;

/// <summary>The loop of the host: a run of units with the same scalars, on hardware vectors.</summary>
/// <typeparam name="TLane">The vector.</typeparam>
/// <typeparam name="TRule">The update rule.</typeparam>
/// <typeparam name="TApply">How its direction is applied.</typeparam>
/// <typeparam name="TLayout">The storage of the slots.</typeparam>
public static unsafe class HostLoop<TLane, TRule, TApply, TLayout>
    where TLane : unmanaged, ILane<TLane>
    where TRule : unmanaged, IUpdateRule<TRule, TLane>
    where TApply : unmanaged, IApply<TApply, TLane>
    where TLayout : ILayout
{
    /// <summary>Floats in a row of scalars.</summary>
    public static int RowLength => sizeof(Row<TLane, TRule, TApply>) / sizeof(TLane);

    /// <summary>Steps a run of tiles that follow one another in every slab.</summary>
    /// <param name="scalars">The row of scalars: <see cref="RowLength"/> floats.</param>
    /// <param name="slabs">The slabs from their beginning.</param>
    /// <param name="first">The first tile.</param>
    /// <param name="number">The first tile's number in the launch.</param>
    /// <param name="tiles">How many tiles.</param>
    public static void Run(float* scalars, in Slabs<HostWords<TLane>> slabs, Tile first, int number, int tiles)
    {
        Row<TLane, TRule, TApply> row = default;
        var lanes = new Span<TLane>(&row, RowLength);
        for (int i = 0; i < lanes.Length; i++)
            lanes[i] = TLane.Splat(scalars[i]);
        int vectors = tiles * (TLayout.UnitsPerTile / (sizeof(TLane) / sizeof(uint)));
        Slabs<HostWords<TLane>> here = TLayout.At(slabs, first, number);
        TLayout.Step<TLane, TRule, TApply, HostWords<TLane>>(row, ref here, 0, vectors);
    }
}
