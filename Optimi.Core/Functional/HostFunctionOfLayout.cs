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
    private readonly int[] _widths = [.. Enumerable.Range(0, Slot.Count).Select(slot => layout.NumberBytes(slot))];

    public override int UnpaddedSlots { get; } =
        Enumerable.Range(0, Slot.Count).Where(slot => !layout.CoversTiles(slot)).Sum(slot => 1 << slot);

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
        if (TLayout.IsCompressed)
        {
            RunCompressed(terms, row, run, firstTile, tiles);
            return;
        }

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
            Measure(terms, row, At(run, firstTile), firstTile, whole, LengthOfLast(run, firstTile + whole), extents, sums);
        if (whole == tiles)
            return;
        byte* memory = stackalloc byte[PaddedTile.Bytes];
        PaddedTile padded = LastTile(run, memory);
        Measure(terms, row, LastSlabs(run, padded), run.EndTile - 1, 1, run.LastTileLength, extents, sums);
        padded.Store();
    }

    public override void WriteMeasuredRow(float* row, float sum, float inverseLength, float* measured)
    {
        *(Row<ScalarLane, TRule, TApply>*)measured =
            ((Row<ScalarLane, TRule, TApply>*)row)->Measured((ScalarLane)sum * inverseLength);
        HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Spread(measured);
    }

    public override float SumUp(float* sums, int tiles) => TreeSum.OfSums<TLane>(sums, tiles);

    private static void Measure(
        Terms terms,
        float* row,
        in Slabs<HostWords<TLane>> slabs,
        int number,
        int tiles,
        int lastLength,
        ReadOnlySpan<TensorExtent> extents,
        float* sums)
    {
        if (TLayout.IsCompressed)
        {
            CompressedLoop<TLane, TLaneRule, TLaneApply, TLayout>.Measure(
                terms, row, slabs, number, tiles, lastLength, extents, sums);
        }
        else
        {
            HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Measure(terms, row, slabs, number, tiles, extents, sums);
        }
    }

    /// <summary>Runs the pass over tiles whose states are stored in groups: whole tiles, of one tensor.</summary>
    [SkipLocalsInit]
    private void RunCompressed(Terms terms, float* row, in TileRun run, int firstTile, int tiles)
    {
        int whole = run.WholeTiles(firstTile, tiles);
        if (whole > 0)
        {
            CompressedLoop<TLane, TLaneRule, TLaneApply, TLayout>.Run<TPass>(
                terms, row, At(run, firstTile), whole, LengthOfLast(run, firstTile + whole));
        }

        if (whole == tiles)
            return;
        byte* memory = stackalloc byte[PaddedTile.Bytes];
        PaddedTile padded = LastTile(run, memory);
        CompressedLoop<TLane, TLaneRule, TLaneApply, TLayout>.Run<TPass>(
            terms, row, LastSlabs(run, padded), 1, run.LastTileLength);
        padded.Store();
    }

    /// <summary>How many numbers of the tile before another one are its tensor's own.</summary>
    private static int LengthOfLast(in TileRun run, int end) => end == run.EndTile ? run.LastTileLength : Tile.Length;

    /// <summary>The last tile of a run, which is cut short.</summary>
    private PaddedTile LastTile(in TileRun run, byte* memory) => new(
        _widths, SlotsAt(run, run.EndTile - 1, 0), run.LastTileLength, Tile.Length, run.UnpaddedSlots, memory);

    private static Slabs<HostWords<TLane>> LastSlabs(in TileRun run, in PaddedTile padded) => Slabs(
        padded.Load(), (run.EndTile - 1 - run.FirstTile) * Tile.Length);

    /// <summary>The slots from a tile of a run on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Slabs<HostWords<TLane>> At(in TileRun run, int tile) => TLayout.Skip(Slabs(run.Slots, 0), tile - run.FirstTile);

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
        int firstNumber = ((run.EndTile - 1 - run.FirstTile) * Tile.Length) + run.LastTileLength - length;
        HostLoop<TLane, TLaneRule, TLaneApply, TLayout>.Run<TPass>(terms, row, Slabs(padded.Load(), firstNumber), 1);
        padded.Store();
    }

    /// <summary>Where the slots of a number of a run lie.</summary>
    private SlotAddresses SlotsAt(in TileRun run, int tile, int number)
    {
        SlotAddresses slots = run.Slots;
        nint numbers = ((nint)(tile - run.FirstTile) * Tile.Length) + number;
        for (int slot = 0; slot < Slot.Count; slot++)
            slots[slot] += numbers * _widths[slot];
        slots[Slot.Headers] += (nint)(tile - run.FirstTile) * TLayout.HeaderBytesPerTile;
        return slots;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Slabs<HostWords<TLane>> Slabs(in SlotAddresses slots, int firstNumber) => new()
    {
        Values = new(slots[Slot.Values]),
        Gradients = new(slots[Slot.Gradients]),
        Compensation = new(slots[Slot.Compensation]),
        State0 = new(slots[Slot.FirstState]),
        State1 = new(slots[Slot.FirstState + 1]),
        State2 = new(slots[Slot.FirstState + 2]),
        State3 = new(slots[Slot.FirstState + 3]),
        Average = new(slots[Slot.Average]),
        Headers = new(slots[Slot.Headers]),
        FirstNumber = firstNumber,
    };
}
