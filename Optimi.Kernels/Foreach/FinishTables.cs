using ILGPU;

namespace Optimi.Kernels;

/// <summary>What the launch between two passes needs beside the tables of the first, in device memory.</summary>
internal struct FinishTables
{
    /// <summary>The parts of the tensors; see <see cref="FinishPart.Read"/>.</summary>
    public ArrayView<int> Parts;

    /// <summary>For each tensor how many of its parts are summed up; 0 before the launch and after it.</summary>
    public ArrayView<int> PartsDone;
}
