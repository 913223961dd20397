using System.Runtime.CompilerServices;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// The kernels whose threads move 16 bytes of each slot, run by the host thread by thread. Where the threads of a warp exchange
/// registers, the host holds those of all.
/// </summary>
internal sealed class SimulatedQuadKernels<TRule, TApply, TPass, TLayout> :
    SimulatedKernels<TRule, TApply>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
{
    public SimulatedQuadKernels(SimulatedGroups groups)
        : base(groups, tilesPerGroup: QuadGroup<TLayout>.Tiles)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void StepGroup(int group, SharedNumbers shared)
    {
        if (TLayout.IsCompressed)
        {
            for (int place = group * QuadGroup<TLayout>.Tiles; place < Math.Min((group + 1) * QuadGroup<TLayout>.Tiles, Piece.TileCount); place++)
                StepCompressed(place);
            return;
        }

        for (int thread = 0; thread < QuadGroup<TLayout>.Size; thread++)
        {
            QuadKernel<TRule, TApply, TPass, TLayout>.RunThread(
                group, thread, Piece.FirstTile, Piece.TileCount, Tables, new DeviceQuads(Memory));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void StepGroupAlone(int group, SharedNumbers shared)
    {
        if (TLayout.IsCompressed)
        {
            for (int place = group * QuadGroup<TLayout>.Tiles; place < Math.Min((group + 1) * QuadGroup<TLayout>.Tiles, Piece.TileCount); place++)
                StepCompressedAlone(Piece.FirstTile + place);
            return;
        }

        for (int thread = 0; thread < QuadGroup<TLayout>.Size; thread++)
        {
            int place = QuadGroup<TLayout>.TileOf(group, thread);
            if (place >= Piece.TileCount)
                break;
            QuadKernel<TRule, TApply, TPass, TLayout>.StepQuad(
                Piece.FirstTile + place, QuadGroup<TLayout>.QuadOf(thread), RowAlone, Places, new DeviceQuads(Memory));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void MeasureTile(int number, SharedNumbers shared)
    {
        Tile tile = Tile.Read(Tables.Tiles, number);
        var verdict = GradientVerdict.Read<MeasurePass>(Tables.Verdict);
        TensorStep step = TensorStep.Read(Tables.Steps, verdict.EntryOf(tile.Tensor));
        int rowNumber = step.RowOf(tile, isCareful: false);
        if (rowNumber < 0)
            return;
        var row = Row<ScalarLane, TRule, TApply>.Read<MeasurePass>(Tables.Rows, rowNumber, verdict);
        TensorExtent extent = TensorExtent.Read(Measures.Tensors, tile.Tensor);
        int sum = extent.FirstTile + tile.Number;
        int length = extent.LengthOf(sum);
        Span<CompressedThread> threads = stackalloc CompressedThread[TLayout.IsCompressed ? WarpSum.Lanes : 0];
        if (TLayout.IsCompressed)
        {
            SimulatedCompressedWarp<TRule, TApply, TLayout>.Step<MeasurePass>(
                threads,
                row,
                TensorPlaces.ReadQuads(Tables.Places, step, tile.Tensor),
                tile.Number,
                length,
                new DeviceQuads(Memory));
        }

        SimulatedWarp.Register x = default, y = default, z = default, w = default;
        SimulatedWarp.Register secondX = default, secondY = default, secondZ = default, secondW = default;
        for (int lane = 0; lane < WarpSum.Lanes; lane++)
        {
            MeasuredQuads measured = TLayout.IsCompressed
                ? CompressedMeasureQuadKernel<TRule, TApply, TLayout>.MeasuredOf(threads[lane], lane, length)
                : MeasureQuadKernel<TRule, TApply, TLayout>.StepLane(
                    lane, tile, step, Tables.Places, row, length, new DeviceQuads(Memory));
            (x[lane], y[lane], z[lane], w[lane]) = (measured.First.X, measured.First.Y, measured.First.Z, measured.First.W);
            (secondX[lane], secondY[lane], secondZ[lane], secondW[lane]) =
                (measured.Second.X, measured.Second.Y, measured.Second.Z, measured.Second.W);
        }

        SimulatedWarp.Register total = MeasureQuadKernel<TRule, TApply, TLayout>.Sum<SimulatedWarp, SimulatedWarp.Register>(
            x, y, z, w, secondX, secondY, secondZ, secondW);
        Measures.Sums[sum] = ScalarLane.FromBits(total[0]);
    }

    /// <summary>Steps a tile of the launch with states in groups.</summary>
    private void StepCompressed(int place)
    {
        Tile tile = Tile.Read(Tables.Tiles, Piece.FirstTile + place);
        var verdict = GradientVerdict.Read<TPass>(Tables.Verdict);
        TensorStep step = TensorStep.Read(Tables.Steps, verdict.EntryOf(tile.Tensor));
        int rowNumber = step.RowOf(tile, isCareful: false);
        if (rowNumber < 0)
            return;
        Span<CompressedThread> threads = stackalloc CompressedThread[WarpSum.Lanes];
        SimulatedCompressedWarp<TRule, TApply, TLayout>.Step<TPass>(
            threads,
            Row<ScalarLane, TRule, TApply>.Read<TPass>(Tables.Rows, rowNumber, verdict),
            TensorPlaces.ReadQuads(Tables.Places, step, tile.Tensor),
            tile.Number,
            TensorExtent.LengthOf(TensorPlaces.ReadLength(Tables.Places, tile.Tensor), tile.Number),
            new DeviceQuads(Memory));
    }

    /// <summary>Steps a tile of a tensor that is stepped alone.</summary>
    private void StepCompressedAlone(int tile)
    {
        Span<CompressedThread> threads = stackalloc CompressedThread[WarpSum.Lanes];
        SimulatedCompressedWarp<TRule, TApply, TLayout>.Step<TPass>(
            threads, RowAlone, Places, tile, TensorExtent.LengthOf(Length, tile), new DeviceQuads(Memory));
    }
}
