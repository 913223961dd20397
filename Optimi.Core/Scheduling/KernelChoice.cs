using Optimi.Kernels;

namespace Optimi;

/// <summary>Which kernels a device runs: in its own shape, or simulated.</summary>
internal static class KernelChoice
{
    /// <summary>The kernels for memory that is aligned and padded.</summary>
    public static DeviceKernels<TRule, TApply> Fast<TRule, TApply, TPass, TLayout>(ComputeDevice device)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TApply : unmanaged, IApply<TApply, ScalarLane>
        where TPass : IPass
        where TLayout : ILayout
    {
        if (device.Shape != KernelShape.Quad)
            return Tiles<TRule, TApply, TPass, TLayout, DeviceWords>(device);
        return device.Groups is SimulatedGroups groups
            ? new SimulatedQuadKernels<TRule, TApply, TPass, TLayout>(groups)
            : new QuadKernels<TRule, TApply, TPass, TLayout>(device.Kernels);
    }

    /// <summary>The kernels for any memory.</summary>
    public static DeviceKernels<TRule, TApply> Careful<TRule, TApply, TPass, TLayout>(ComputeDevice device)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TApply : unmanaged, IApply<TApply, ScalarLane>
        where TPass : IPass
        where TLayout : ILayout => Tiles<TRule, TApply, TPass, TLayout, DeviceHalves>(device);

    private static DeviceKernels<TRule, TApply> Tiles<TRule, TApply, TPass, TLayout, TWords>(ComputeDevice device)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
        where TApply : unmanaged, IApply<TApply, ScalarLane>
        where TPass : IPass
        where TLayout : ILayout
        where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane> => device.Groups is SimulatedGroups groups
        ? new SimulatedTileKernels<TRule, TApply, TPass, TLayout, TWords>(groups)
        : new TileKernels<TRule, TApply, TPass, TLayout, TWords>(device.Kernels, device.IsProcessor);
}
