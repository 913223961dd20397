using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>The kernels whose threads move 16 bytes of each slot.</summary>
internal sealed class QuadKernels<TRule, TApply, TPass, TLayout> : DeviceKernels<TRule, TApply>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
{
    private readonly PendingKernel<Action<
        AcceleratorStream, KernelConfig, int, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, DeviceQuads>> _kernel;

    private readonly PendingKernel<Action<
        AcceleratorStream, KernelConfig, int, int, Row<ScalarLane, TRule, TApply>, Slabs<long>, long, DeviceQuads>> _alone;

    private readonly PendingKernel<Action<
        AcceleratorStream,
        KernelConfig,
        int,
        int,
        LaunchTables<Row<ScalarLane, TRule, TApply>>,
        MeasureTables,
        DeviceQuads>>? _measure;

    public QuadKernels(KernelLibrary library)
    {
        _kernel = library.Get<Action<
            AcceleratorStream, KernelConfig, int, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, DeviceQuads>>(
            TLayout.IsCompressed
                ? CompressedQuadKernel<TRule, TApply, TPass, TLayout>.Run
                : QuadKernel<TRule, TApply, TPass, TLayout>.Run,
            TLayout.IsCompressed
                ? CompressedQuadKernel<TRule, TApply, TPass, TLayout>.Parts
                : QuadKernel<TRule, TApply, TPass, TLayout>.Parts);
        Pending = [_kernel];
        _alone = library.Get<Action<
            AcceleratorStream, KernelConfig, int, int, Row<ScalarLane, TRule, TApply>, Slabs<long>, long, DeviceQuads>>(
            TLayout.IsCompressed
                ? CompressedQuadKernel<TRule, TApply, TPass, TLayout>.RunAlone
                : QuadKernel<TRule, TApply, TPass, TLayout>.RunAlone,
            QuadKernel<TRule, TApply, TPass, TLayout>.PartsAlone);
        PendingAlone = [_alone];
        if (TPass.UpdatesStates)
            return;
        _measure = library.Get<Action<
            AcceleratorStream,
            KernelConfig,
            int,
            int,
            LaunchTables<Row<ScalarLane, TRule, TApply>>,
            MeasureTables,
            DeviceQuads>>(
            TLayout.IsCompressed
                ? CompressedMeasureQuadKernel<TRule, TApply, TLayout>.Run
                : MeasureQuadKernel<TRule, TApply, TLayout>.Run,
            TLayout.IsCompressed
                ? CompressedMeasureQuadKernel<TRule, TApply, TLayout>.Parts
                : MeasureQuadKernel<TRule, TApply, TLayout>.Parts);
        Pending = [_kernel, _measure];
        PendingMeasure = [_measure];
    }

    public override void Launch(
        LaunchMemory memory, LaunchPiece piece, LaunchTables<Row<ScalarLane, TRule, TApply>> tables) =>
        _kernel.Launch(
            memory.Device.Ilgpu.Stream,
            ConfigOf(piece.TileCount, QuadGroup<TLayout>.Tiles, QuadGroup<TLayout>.Size),
            piece.FirstTile,
            piece.TileCount,
            tables,
            new DeviceQuads(memory.Device.AddressSpace));

    public override void LaunchAlone(
        LaunchMemory memory, int tensor, int firstTile, int count, in Row<ScalarLane, TRule, TApply> row) =>
        _alone.Launch(
            memory.Device.Ilgpu.Stream,
            ConfigOf(count, QuadGroup<TLayout>.Tiles, QuadGroup<TLayout>.Size),
            firstTile,
            count,
            row,
            memory.PlacesOf(tensor),
            memory.Places[tensor].Length,
            new DeviceQuads(memory.Device.AddressSpace));

    public override void Measure(
        LaunchMemory memory,
        LaunchPiece piece,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        MeasureTables measures) =>
        _measure!.Launch(
            memory.Device.Ilgpu.Stream,
            ConfigOf(
                piece.TileCount,
                MeasureQuadKernel<TRule, TApply, TLayout>.Tiles,
                MeasureQuadKernel<TRule, TApply, TLayout>.GroupSize),
            piece.FirstTile,
            piece.TileCount,
            tables,
            measures,
            new DeviceQuads(memory.Device.AddressSpace));

    private static KernelConfig ConfigOf(int tiles, int tilesPerGroup, int groupSize) =>
        new((tiles + tilesPerGroup - 1) / tilesPerGroup, groupSize);
}
