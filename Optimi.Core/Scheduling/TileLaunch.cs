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
        AcceleratorStream,
        KernelConfig,
        int,
        ArrayView<int>,
        ArrayView<int>,
        ArrayView<Row<ScalarLane, TRule, TApply>>,
        ArrayView<ScalarLane>,
        ArrayView<ScalarLane>,
        ArrayView<ScalarLane>,
        ArrayView<ScalarLane>,
        ArrayView<ScalarLane>,
        ArrayView<ScalarLane>,
        ArrayView<ScalarLane>> _kernel;

    public TileLaunch(ComputeDevice device, SlotLayout layout, PlacedSlabs place, IReadOnlyList<LaunchTensor> tensors)
        : base(device, layout, place, tensors)
    {
        _kernel = device.Accelerator.LoadKernel<
            int,
            ArrayView<int>,
            ArrayView<int>,
            ArrayView<Row<ScalarLane, TRule, TApply>>,
            ArrayView<ScalarLane>,
            ArrayView<ScalarLane>,
            ArrayView<ScalarLane>,
            ArrayView<ScalarLane>,
            ArrayView<ScalarLane>,
            ArrayView<ScalarLane>,
            ArrayView<ScalarLane>>(TileKernel<TRule, TApply, TLayout>.Run);
    }

    protected override void Launch(int firstTile, int tiles) => _kernel(
        Device.Stream,
        new KernelConfig(tiles, TLayout.UnitsPerTile),
        firstTile,
        TileTable,
        RowOfTensorTable,
        RowTable,
        View<ScalarLane>(Values),
        View<ScalarLane>(Gradients),
        View<ScalarLane>(Compensation),
        View<ScalarLane>(State(0)),
        View<ScalarLane>(State(1)),
        View<ScalarLane>(State(2)),
        View<ScalarLane>(State(3)));
}
