using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>A launch of <see cref="TileKernel{TRule, TApply, TLayout}"/>.</summary>
internal sealed class TileLaunch<TRule, TApply, TLayout> : DeviceLaunch<TRule, TApply, TLayout>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TLayout : ILayout
{
    private readonly Action<
        AcceleratorStream, KernelConfig, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, Slabs<DeviceWords>> _kernel;

    public TileLaunch(LaunchMemory memory)
        : base(memory)
    {
        // Kept here: ILGPU's own cache holds kernels weakly.
        _kernel = memory.Device.Accelerator.LoadKernel<int, LaunchTables<Row<ScalarLane, TRule, TApply>>, Slabs<DeviceWords>>(
            TileKernel<TRule, TApply, TLayout>.Run);
    }

    protected override void Launch(int firstTile, int tiles) => _kernel(
        Device.Stream,
        new KernelConfig(tiles, TLayout.UnitsPerTile),
        firstTile,
        Tables,
        SlabsAs(slab => new DeviceWords(slab.View<ScalarLane>(), 0)));
}
