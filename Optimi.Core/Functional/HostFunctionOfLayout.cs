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
    private readonly SlotLayout _layout = layout;

    public override int RowLength => sizeof(Row<ScalarLane, TRule, TApply>) / sizeof(float);

    public override Terms WriteRow(float* row, in TRule rule, in UpdateScalars scalars, bool isFirstStep)
    {
        *(Row<ScalarLane, TRule, TApply>*)row = Row<ScalarLane, TRule, TApply>.Of(rule, scalars, isFirstStep);
        return RowTerms.Of<TRule, TPass>(rule, scalars, isFirstStep);
    }

    [SkipLocalsInit]
    public override void Run(Terms terms, float* row, in TileRun run, int firstTile, int tiles)
    {
        int whole = run.WholeTiles(firstTile, tiles);
        if (whole > 0)
            HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Run<TPass>(terms, row, At(run, firstTile), whole);
        if (whole == tiles)
            return;
        byte* memory = stackalloc byte[PaddedTile.Bytes];
        PaddedTile padded = LastTileOf(run, memory);
        HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Run<TPass>(terms, row, Slabs(padded.Load()), 1);
        padded.Store();
    }

    [SkipLocalsInit]
    public override void Measure(
        Terms terms, float* row, in TileRun run, int firstTile, int tiles, ReadOnlySpan<TensorExtent> extents, float* sums)
    {
        int whole = run.WholeTiles(firstTile, tiles);
        if (whole > 0)
        {
            HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Measure(
                terms, row, At(run, firstTile), firstTile, whole, extents, sums);
        }

        if (whole == tiles)
            return;
        byte* memory = stackalloc byte[PaddedTile.Bytes];
        PaddedTile padded = LastTileOf(run, memory);
        HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Measure(
            terms, row, Slabs(padded.Load()), run.EndTile - 1, 1, extents, sums);
        padded.Store();
    }

    public override void WriteMeasuredRow(float* row, float sum, float inverseLength, float* measured) =>
        *(Row<ScalarLane, TRule, TApply>*)measured =
            ((Row<ScalarLane, TRule, TApply>*)row)->Measured((ScalarLane)sum * inverseLength);

    public override float SumUp(float* sums, int tiles) => TreeSum.OfSums<TLane>(sums, tiles);

    /// <summary>The slots from a tile of a run on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Slabs<HostWords<TLane>> At(in TileRun run, int tile) => TLayout.Skip(Slabs(run.Slots), tile - run.FirstTile);

    /// <summary>The last tile of a run, which is cut short.</summary>
    private PaddedTile LastTileOf(in TileRun run, byte* memory)
    {
        SlotAddresses slots = run.Slots;
        for (int slot = 0; slot < Slot.Count; slot++)
            slots[slot] += (nint)(run.EndTile - 1 - run.FirstTile) * _layout.TileBytes(slot);
        return new PaddedTile(_layout, slots, run.LastTileLength, run.UnpaddedSlots, memory);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
