using ILGPU;

namespace Optimi.Kernels;

/// <summary>What a step in two passes needs beside the tables of its launch, in device memory.</summary>
internal struct MeasureTables
{
    /// <summary>The extents of the tensors; see <see cref="TensorExtent.Read"/>.</summary>
    public ArrayView<int> Tensors;

    /// <summary>For each tile the sum of what was measured in it.</summary>
    public ArrayView<ScalarLane> Sums;
}
