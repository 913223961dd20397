using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>A launch of <see cref="QuadKernel{TRule, TApply, TLayout}"/>.</summary>
internal sealed class QuadLaunch<TRule, TApply, TLayout> : DeviceLaunch<TRule, TApply, TLayout>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TLayout : ILayout
{
    private const int GroupSize = 256;

    /// <summary>Groups for each multiprocessor: enough to fill it, few enough that each thread has several turns.</summary>
    private const int GroupsPerMultiprocessor = 8;

    private readonly Action<
        AcceleratorStream, KernelConfig, int, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, Slabs<DeviceQuads>> _kernel;

    public QuadLaunch(LaunchMemory memory)
        : base(memory)
    {
        // Kept here: ILGPU's own cache holds kernels weakly.
        _kernel = memory.Device.Accelerator.LoadKernel<int, int, LaunchTables<Row<ScalarLane, TRule, TApply>>, Slabs<DeviceQuads>>(
            QuadKernel<TRule, TApply, TLayout>.Run);
    }

    protected override void Launch(int firstTile, int tiles)
    {
        long quads = (long)tiles * (TLayout.UnitsPerTile / Quad.Length);
        long groups = Math.Min(
            (quads + GroupSize - 1) / GroupSize, (long)Device.Accelerator.NumMultiprocessors * GroupsPerMultiprocessor);
        _kernel(
            Device.Stream,
            new KernelConfig((int)groups, GroupSize),
            firstTile,
            tiles,
            Tables,
            SlabsAs(slab => new DeviceQuads(slab.View<Quad>(), 0)));
    }
}
