using System.Runtime.CompilerServices;
using Optimi.Kernels;

namespace Optimi;

/// <inheritdoc/>
internal sealed unsafe class HostFunction<TRule, TApply, TPass, TLayout, TLane, TLaneRule, TLaneApply>(SlotLayout layout) :
    HostFunction<TRule>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
    where TLane : unmanaged, ILane<TLane>
    where TLaneRule : unmanaged, IUpdateRule<TLaneRule, TLane>
    where TLaneApply : unmanaged, IApply<TLaneApply, TLane>
{
    public override int RowLength => sizeof(Row<ScalarLane, TRule, TApply>) / sizeof(float);

    public override Terms WriteRow(float* row, in TRule rule, in UpdateScalars scalars, bool isFirstStep)
    {
        *(Row<ScalarLane, TRule, TApply>*)row = Row<ScalarLane, TRule, TApply>.Of(rule, scalars, isFirstStep);
        return RowTerms.Of<TRule, TPass>(rule, scalars, isFirstStep);
    }

    [SkipLocalsInit]
    public override void Run(
        Terms terms, float* row, in SlotAddresses slots, TensorExtent extent, int firstTile, int tiles)
    {
        int whole = WholeTiles(extent, firstTile, tiles);
        if (whole > 0)
        {
            HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Run<TPass>(
                terms, row, Slabs(slots), new Tile(firstTile, firstTile, 0), firstTile, whole);
        }

        if (whole == tiles)
            return;
        byte* memory = stackalloc byte[PaddedTile.Bytes];
        var padded = new PaddedTile(layout, slots, extent, memory);
        padded.Load();
        HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Run<TPass>(
            terms, row, Slabs(padded.Slots), default, 0, 1);
        padded.Store();
    }

    [SkipLocalsInit]
    public override void Measure(
        Terms terms, float* row, in SlotAddresses slots, TensorExtent extent, int firstTile, int tiles, float* sums)
    {
        int whole = WholeTiles(extent, firstTile, tiles);
        if (whole > 0)
        {
            HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Measure(
                terms, row, Slabs(slots), new Tile(firstTile, firstTile, 0), firstTile, whole, [extent], sums);
        }

        if (whole == tiles)
            return;
        byte* memory = stackalloc byte[PaddedTile.Bytes];
        var padded = new PaddedTile(layout, slots, extent, memory);
        padded.Load();
        HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Measure(
            terms, row, Slabs(padded.Slots), default, 0, 1, [extent with { TileCount = 1 }], sums + extent.TileCount - 1);
        padded.Store();
    }

    public override void Finish(float* row, TensorExtent extent, float* sums)
    {
        var typed = (Row<ScalarLane, TRule, TApply>*)row;
        *typed = typed->Measured(TreeSum.OfSums<TLane>(sums, extent.TileCount) * extent.InverseLength);
    }

    /// <summary>How many of the tiles are whole: all but the tensor's last, if that one is cut short.</summary>
    private static int WholeTiles(TensorExtent extent, int firstTile, int tiles) =>
        extent.LastTileLength < Tile.Length && firstTile + tiles == extent.TileCount ? tiles - 1 : tiles;

    private static Slabs<HostWords<TLane>> Slabs(in SlotAddresses slots) => new()
    {
        Values = new(slots[Slot.Values]),
        Gradients = new(slots[Slot.Gradients]),
        Compensation = new(slots[Slot.Compensation]),
        State0 = new(slots[Slot.FirstState]),
        State1 = new(slots[Slot.FirstState + 1]),
        State2 = new(slots[Slot.FirstState + 2]),
        State3 = new(slots[Slot.FirstState + 3]),
    };
}
