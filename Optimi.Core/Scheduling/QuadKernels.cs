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
    private readonly Action<
        AcceleratorStream, KernelConfig, int, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, Slabs<DeviceQuads>> _kernel;

    private readonly Action<
        AcceleratorStream,
        KernelConfig,
        int,
        int,
        LaunchTables<Row<ScalarLane, TRule, TApply>>,
        MeasureTables,
        Slabs<DeviceQuads>>? _measure;

    public QuadKernels(Accelerator accelerator)
    {
        // Kept here: ILGPU's own cache holds kernels weakly.
        _kernel = accelerator.LoadKernel<int, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, Slabs<DeviceQuads>>(
            QuadKernel<TRule, TApply, TPass, TLayout>.Run);
        if (TPass.UpdatesStates)
            return;
        _measure = accelerator.LoadKernel<
            int, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, MeasureTables, Slabs<DeviceQuads>>(
            MeasureQuadKernel<TRule, TApply, TLayout>.Run);
    }

    public override void Launch(
        LaunchMemory memory, LaunchRange range, LaunchTables<Row<ScalarLane, TRule, TApply>> tables) =>
        _kernel(
            memory.Device.Stream,
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
        _measure!(
            memory.Device.Stream,
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
