using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>The kernels that move 16 bytes at a time with a stride of the whole grid.</summary>
internal sealed class QuadKernels<TRule, TApply, TPass, TLayout> : DeviceKernels<TRule, TApply>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
{
    private const int GroupSize = MeasureQuadKernel<TRule, TApply, TLayout>.GroupSize;

    /// <summary>Groups for each multiprocessor: enough to fill it, few enough that each thread has several turns.</summary>
    private const int GroupsPerMultiprocessor = 8;

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
            memory.Device.Stream, ConfigOf(memory, range), range.FirstTile, range.TileCount, tables, SlotsOf(memory));

    public override void Measure(
        LaunchMemory memory,
        LaunchRange range,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        MeasureTables measures) =>
        _measure!(
            memory.Device.Stream,
            ConfigOf(memory, range),
            range.FirstTile,
            range.TileCount,
            tables,
            measures,
            SlotsOf(memory));

    private static Slabs<DeviceQuads> SlotsOf(LaunchMemory memory) =>
        memory.SlotsAs(slot => DeviceQuads.Over(slot.View));

    private static KernelConfig ConfigOf(LaunchMemory memory, LaunchRange range)
    {
        long quads = (long)range.TileCount * (TLayout.UnitsPerTile / Quad.Length);
        long most = (long)memory.Device.Accelerator.NumMultiprocessors * GroupsPerMultiprocessor;
        return new KernelConfig((int)Math.Min((quads + GroupSize - 1) / GroupSize, most), GroupSize);
    }
}
