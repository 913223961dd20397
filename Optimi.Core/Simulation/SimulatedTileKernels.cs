using System.Runtime.CompilerServices;
using ILGPU;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// The kernels with one work-group for a tile, run by the host: work-item by work-item, and groups on all threads. What a group does
/// together one thread does alone.
/// </summary>
internal sealed class SimulatedTileKernels<TRule, TApply, TPass, TLayout, TWords> :
    SimulatedKernels<TRule, TApply>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
    where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane>
{
    public SimulatedTileKernels(SimulatedGroups groups)
        : base(groups, tilesPerGroup: 1)
    {
    }

    protected override void StepGroup(int group, SharedNumbers shared)
    {
        Tile tile = Tile.Read(Tables.Tiles, Piece.FirstTile + group);
        var verdict = GradientVerdict.Read<TPass>(Tables.Verdict);
        TensorStep step = TensorStep.Read(Tables.Steps, verdict.EntryOf(tile.Tensor));
        int rowNumber = step.RowOf(tile, TWords.IsCareful);
        if (rowNumber < 0)
            return;
        Slabs<TWords> here = TLayout.At(
            AllMemory,
            TensorPlaces.Read(Tables.Places, step, tile.Tensor),
            TensorPlaces.ReadLength(Tables.Places, tile.Tensor),
            tile.Number);
        long length = TensorPlaces.ReadLength(Tables.Places, tile.Tensor);
        StepItems<TPass>(
            Row<ScalarLane, TRule, TApply>.Read<TPass>(Tables.Rows, rowNumber, verdict),
            ref here,
            TensorExtent.LengthOf(length, tile.Number),
            shared.BehindBlock);
    }

    protected override void StepGroupAlone(int group, SharedNumbers shared)
    {
        Slabs<TWords> here = TLayout.At(AllMemory, Places, Length, Piece.FirstTile + group);
        StepItems<TPass>(RowAlone, ref here, TensorExtent.LengthOf(Length, Piece.FirstTile + group), shared.BehindBlock);
    }

    protected override void MeasureTile(int number, SharedNumbers shared)
    {
        Tile tile = Tile.Read(Tables.Tiles, number);
        var verdict = GradientVerdict.Read<MeasurePass>(Tables.Verdict);
        TensorStep step = TensorStep.Read(Tables.Steps, verdict.EntryOf(tile.Tensor));
        int rowNumber = step.RowOf(tile, TWords.IsCareful);
        if (rowNumber < 0)
            return;
        ArrayView<ScalarLane> measured = shared.Numbers;
        Slabs<TWords> here = MeasureTileKernel<TRule, TApply, TLayout, TWords, SumByGroup>.At(
            tile, step, measured, Tables.Places, AllMemory);
        long length = TensorPlaces.ReadLength(Tables.Places, tile.Tensor);
        StepItems<MeasurePass>(
            Row<ScalarLane, TRule, TApply>.Read<MeasurePass>(Tables.Rows, rowNumber, verdict),
            ref here,
            TensorExtent.LengthOf(length, tile.Number),
            shared.BehindBlock);
        MeasureTileKernel<TRule, TApply, TLayout, TWords, SumByGroup>.SumUp<LoneThread>(tile, measured, Measures);
    }

    /// <summary>The memory of each slot: all there is.</summary>
    private Slabs<TWords> AllMemory
    {
        get
        {
            TWords all = TWords.Over(Memory);
            return new()
            {
                Values = all,
                Gradients = all,
                Compensation = all,
                State0 = all,
                State1 = all,
                State2 = all,
                State3 = all,
                Average = all,
                Headers = all,
            };
        }
    }

    /// <summary>Steps the work-items of a group, one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StepItems<TStepped>(
        Row<ScalarLane, TRule, TApply> row, ref Slabs<TWords> slabs, int length, ArrayView<ScalarLane> states)
        where TStepped : IPass
    {
        if (TLayout.IsCompressed)
        {
            StepCompressed<TStepped>(row, slabs, length, states);
            return;
        }

        for (int item = 0; item < TileGroup<TLayout>.Size; item++)
            TileGroup<TLayout>.Step<TRule, TApply, TStepped, TWords>(item, row, ref slabs);
    }

    /// <summary>Steps the work-items of a group that share decoded states, phase by phase.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StepCompressed<TStepped>(
        Row<ScalarLane, TRule, TApply> row, Slabs<TWords> slabs, int length, ArrayView<ScalarLane> states)
        where TStepped : IPass
    {
        const int Size = CompressedTile<TLayout, TWords>.Size;
        for (int item = 0; item < Size; item++)
            CompressedTile<TLayout, TWords>.Decode(item, slabs, states);
        for (int unit = 0; unit < TLayout.UnitsPerTile; unit++)
            CompressedTile<TLayout, TWords>.Step<TRule, TApply, TStepped>(unit, row, slabs, states);
        if (!TStepped.UpdatesStates)
            return;
        for (int item = 0; item < Size; item++)
            CompressedTile<TLayout, TWords>.FindSeconds(item, length, row.Rounding.Spread, slabs, states);
        for (int item = 0; item < Size; item++)
            CompressedTile<TLayout, TWords>.EncodeSeconds(item, length, row.Rounding.Moments, slabs, states);
        if (!CompressedTile<TLayout, TWords>.HasPair)
            return;
        for (int item = 0; item < Size; item++)
            CompressedTile<TLayout, TWords>.FindFirsts(item, slabs, states);
        for (int item = 0; item < Size; item++)
            CompressedTile<TLayout, TWords>.EncodeFirsts(item, slabs, states);
    }
}
