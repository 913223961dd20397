using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>A launch of <see cref="QuadKernel{TRule, TApply, TPass, TLayout}"/>.</summary>
internal sealed class QuadLaunch<TRule, TApply, TPass, TLayout> : DeviceLaunch<TRule, TApply, TPass, TLayout>
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
        AcceleratorStream, KernelConfig, int, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, MeasureTables, Slabs<DeviceQuads>>? _measure;

    public QuadLaunch(LaunchMemory memory)
        : base(memory)
    {
        // Kept here: ILGPU's own cache holds kernels weakly.
        _kernel = memory.Device.Accelerator.LoadKernel<int, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, Slabs<DeviceQuads>>(
            QuadKernel<TRule, TApply, TPass, TLayout>.Run);
        if (IsSecondPass)
        {
            _measure = memory.Device.Accelerator.LoadKernel<
                int, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, MeasureTables, Slabs<DeviceQuads>>(
                MeasureQuadKernel<TRule, TApply, TLayout>.Run);
        }
    }

    private Slabs<DeviceQuads> Slabs => SlabsAs(slab => new DeviceQuads(slab.View<Quad>(), 0));

    protected override void Launch(LaunchRange range, LaunchTables<Row<ScalarLane, TRule, TApply>> tables) =>
        _kernel(Device.Stream, ConfigOf(range), range.FirstTile, range.TileCount, tables, Slabs);

    protected override void Measure(
        LaunchRange range, LaunchTables<Row<ScalarLane, TRule, TApply>> tables, MeasureTables measures) =>
        _measure!(Device.Stream, ConfigOf(range), range.FirstTile, range.TileCount, tables, measures, Slabs);

    private KernelConfig ConfigOf(LaunchRange range)
    {
        long quads = (long)range.TileCount * (TLayout.UnitsPerTile / Quad.Length);
        long groups = Math.Min(
            (quads + GroupSize - 1) / GroupSize, (long)Device.Accelerator.NumMultiprocessors * GroupsPerMultiprocessor);
        return new KernelConfig((int)groups, GroupSize);
    }
}
