using ILGPU;
using Optimi.Kernels;

namespace Optimi;

/// <summary>On ILGPU devices: sums up the squares of gradients of one storage type, tile by tile.</summary>
/// <param name="memory">The gradients.</param>
internal abstract class SquaresLaunch(LaunchMemory memory) : ForeachLaunch(memory)
{
    /// <summary>What gradients are multiplied by before they are squared.</summary>
    public float Unscale { get; set; } = 1;

    /// <summary>For each tile the sum: where it goes.</summary>
    public ArrayView<ScalarLane> Sums { get; set; }
}
