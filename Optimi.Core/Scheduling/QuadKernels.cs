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
            QuadKernel<TRule, TApply, TPass, TLayout>.Run, QuadKernel<TRule, TApply, TPass, TLayout>.Parts);
        Pending = [_kernel];
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
            MeasureQuadKernel<TRule, TApply, TLayout>.Run, MeasureQuadKernel<TRule, TApply, TLayout>.Parts);
        Pending = [_kernel, _measure];
    }

    public override void Launch(
        LaunchMemory memory, LaunchPiece piece, LaunchTables<Row<ScalarLane, TRule, TApply>> tables) =>
        _kernel.Launch(
            memory.Device.Ilgpu.Stream,
            ConfigOf(piece, QuadGroup<TLayout>.Tiles, QuadGroup<TLayout>.Size),
            piece.FirstTile,
            piece.TileCount,
            tables,
            new DeviceQuads(memory.Device.AddressSpace));

    public override void Measure(
        LaunchMemory memory,
        LaunchPiece piece,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        MeasureTables measures) =>
        _measure!.Launch(
            memory.Device.Ilgpu.Stream,
            ConfigOf(
                piece,
                MeasureQuadKernel<TRule, TApply, TLayout>.Tiles,
                MeasureQuadKernel<TRule, TApply, TLayout>.GroupSize),
            piece.FirstTile,
            piece.TileCount,
            tables,
            measures,
            new DeviceQuads(memory.Device.AddressSpace));

    private static KernelConfig ConfigOf(LaunchPiece piece, int tilesPerGroup, int groupSize) =>
        new((piece.TileCount + tilesPerGroup - 1) / tilesPerGroup, groupSize);
}
