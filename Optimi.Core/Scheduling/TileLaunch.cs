using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>A launch of <see cref="TileKernel{TRule, TApply, TPass, TLayout}"/>.</summary>
internal sealed class TileLaunch<TRule, TApply, TPass, TLayout> : DeviceLaunch<TRule, TApply, TPass, TLayout>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
{
    private readonly Action<
        AcceleratorStream, KernelConfig, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, Slabs<DeviceWords>> _kernel;

    private readonly Action<
        AcceleratorStream, KernelConfig, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, MeasureTables, Slabs<DeviceWords>>? _measure;

    public TileLaunch(LaunchMemory memory)
        : base(memory)
    {
        // Kept here: ILGPU's own cache holds kernels weakly.
        _kernel = memory.Device.Accelerator.LoadKernel<int, LaunchTables<Row<ScalarLane, TRule, TApply>>, Slabs<DeviceWords>>(
            TileKernel<TRule, TApply, TPass, TLayout>.Run);
        if (IsSecondPass)
        {
            _measure = memory.Device.Accelerator.LoadKernel<
                int, LaunchTables<Row<ScalarLane, TRule, TApply>>, MeasureTables, Slabs<DeviceWords>>(
                MeasureTileKernel<TRule, TApply, TLayout>.Run);
        }
    }

    private Slabs<DeviceWords> Slabs => SlabsAs(slab => new DeviceWords(slab.View<ScalarLane>(), 0));

    protected override void Launch(LaunchRange range, LaunchTables<Row<ScalarLane, TRule, TApply>> tables) =>
        _kernel(Device.Stream, ConfigOf(range), range.FirstTile, tables, Slabs);

    protected override void Measure(
        LaunchRange range, LaunchTables<Row<ScalarLane, TRule, TApply>> tables, MeasureTables measures) =>
        _measure!(Device.Stream, ConfigOf(range), range.FirstTile, tables, measures, Slabs);

    private static KernelConfig ConfigOf(LaunchRange range) => new(range.TileCount, TLayout.UnitsPerTile);
}
