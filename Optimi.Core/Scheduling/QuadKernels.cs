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
        AcceleratorStream, KernelConfig, int, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, Slabs<DeviceQuads>>> _kernel;

    private readonly PendingKernel<Action<
        AcceleratorStream,
        KernelConfig,
        int,
        int,
        LaunchTables<Row<ScalarLane, TRule, TApply>>,
        MeasureTables,
        Slabs<DeviceQuads>>>? _measure;

    public QuadKernels(KernelLibrary library)
    {
        _kernel = library.Get<Action<
            AcceleratorStream, KernelConfig, int, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, Slabs<DeviceQuads>>>(
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
            Slabs<DeviceQuads>>>(
            MeasureQuadKernel<TRule, TApply, TLayout>.Run, MeasureQuadKernel<TRule, TApply, TLayout>.Parts);
        Pending = [_kernel, _measure];
    }

    public override void Launch(
        LaunchMemory memory, LaunchRange range, LaunchTables<Row<ScalarLane, TRule, TApply>> tables) =>
        _kernel.Launch(
            memory.Device.Ilgpu.Stream,
            ConfigOf(range, QuadGroup<TLayout>.Tiles, QuadGroup<TLayout>.Size),
            range.FirstTile,
            range.TileCount,
            tables,
            SlotsOf(memory));

    public override void Measure(
        LaunchMemory memory,
        LaunchRange range,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        MeasureTables measures) =>
        _measure!.Launch(
            memory.Device.Ilgpu.Stream,
            ConfigOf(
                range,
                MeasureQuadKernel<TRule, TApply, TLayout>.Tiles,
                MeasureQuadKernel<TRule, TApply, TLayout>.GroupSize),
            range.FirstTile,
            range.TileCount,
            tables,
            measures,
            SlotsOf(memory));

    private static Slabs<DeviceQuads> SlotsOf(LaunchMemory memory) =>
        memory.SlotsAs(slot => new DeviceQuads(slot.View));

    private static KernelConfig ConfigOf(LaunchRange range, int tilesPerGroup, int groupSize) =>
        new((range.TileCount + tilesPerGroup - 1) / tilesPerGroup, groupSize);
}
