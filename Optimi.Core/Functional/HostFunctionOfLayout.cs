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
    /// <summary>Bytes of a number in each slot, by <see cref="Slot"/>; 0 if there is no such slot.</summary>
    private readonly int[] _widths = [.. Enumerable.Range(0, Slot.Count).Select(slot => layout[slot]?.Bytes() ?? 0)];

    private static int NumbersPerVector => Tile.Length / HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.VectorsPerTile;

    public override int RowLength => HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.RowLength;

    public override Terms WriteRow(
        float* row, in TRule rule, in UpdateScalars scalars, bool isFirstStep, in SurroundingScalars around)
    {
        *(Row<ScalarLane, TRule, TApply>*)row = Row<ScalarLane, TRule, TApply>.Of(rule, scalars, isFirstStep, around);
        HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Spread(row);
        return RowTerms.Of<TRule, TPass>(rule, scalars, isFirstStep, around, isJudged: false);
    }

    public override void Run(Terms terms, float* row, in TileRun run, int firstTile, int tiles)
    {
        int whole = run.WholeTiles(firstTile, tiles);
        int vectors = whole * HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.VectorsPerTile;
        // A tile that is cut short is stepped where it lies, as far as there are whole vectors of it.
        if (whole < tiles)
            vectors += run.LastTileLength / NumbersPerVector;
        if (vectors > 0)
            HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Run<TPass>(terms, row, At(run, firstTile), vectors);
        if (whole < tiles && run.LastTileLength % NumbersPerVector != 0)
            RunEnd(terms, row, run);
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
        var padded = new PaddedTile(
            _widths, SlotsAt(run, run.EndTile - 1, 0), run.LastTileLength, Tile.Length, run.UnpaddedSlots, memory);
        HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Measure(
            terms, row, Slabs(padded.Load()), run.EndTile - 1, 1, extents, sums);
        padded.Store();
    }

    public override void WriteMeasuredRow(float* row, float sum, float inverseLength, float* measured)
    {
        *(Row<ScalarLane, TRule, TApply>*)measured =
            ((Row<ScalarLane, TRule, TApply>*)row)->Measured((ScalarLane)sum * inverseLength);
        HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Spread(measured);
    }

    public override float SumUp(float* sums, int tiles) => TreeSum.OfSums<TLane>(sums, tiles);

    /// <summary>The slots from a tile of a run on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Slabs<HostWords<TLane>> At(in TileRun run, int tile) => TLayout.Skip(Slabs(run.Slots), tile - run.FirstTile);

    /// <summary>The numbers of a run behind its last whole vector.</summary>
    [SkipLocalsInit]
    private void RunEnd(Terms terms, float* row, in TileRun run)
    {
        int length = run.LastTileLength % NumbersPerVector;
        byte* memory = stackalloc byte[PaddedTile.Bytes];
        var padded = new PaddedTile(
            _widths,
            SlotsAt(run, run.EndTile - 1, run.LastTileLength - length),
            length,
            NumbersPerVector,
            run.UnpaddedSlots,
            memory);
        HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Run<TPass>(terms, row, Slabs(padded.Load()), 1);
        padded.Store();
    }

    /// <summary>Where the slots of a number of a run lie.</summary>
    private SlotAddresses SlotsAt(in TileRun run, int tile, int number)
    {
        SlotAddresses slots = run.Slots;
        nint numbers = ((nint)(tile - run.FirstTile) * Tile.Length) + number;
        for (int slot = 0; slot < Slot.Count; slot++)
            slots[slot] += numbers * _widths[slot];
        return slots;
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
        Average = new(slots[Slot.Average]),
    };
}
