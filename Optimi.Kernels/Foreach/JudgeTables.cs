using ILGPU;

namespace Optimi.Kernels;

/// <summary>What the launch that judges gradients reads and writes, in device memory.</summary>
internal struct JudgeTables
{
    /// <summary>Where the sum of all squares is in <see cref="Result"/>.</summary>
    public const int Sum = GradientVerdict.Length;

    /// <summary>Where the sums of the tensors begin in <see cref="Result"/>.</summary>
    public const int SumsOfTensors = Sum + 1;

    /// <summary>The tensors, which have their tiles' sums in <see cref="Sums"/>; see <see cref="TensorExtent.Read"/>.</summary>
    public ArrayView<int> Tensors;

    /// <summary>For each tensor whether its sums are there: not 0 if so.</summary>
    public ArrayView<int> TakesPart;

    /// <summary>The parts of the tensors; see <see cref="FinishPart.Read"/>.</summary>
    public ArrayView<int> Parts;

    /// <summary>For each tensor how many of its parts are summed up, and how many groups are done; 0 before the launch and after it.</summary>
    public ArrayView<int> PartsDone;

    /// <summary>For each tile the sum of its gradients' squares. Overwritten.</summary>
    public ArrayView<ScalarLane> Sums;

    /// <summary>Room for a number of each tensor.</summary>
    public ArrayView<ScalarLane> Totals;

    /// <summary>The verdict, and the bits of the sum of all squares and of the sum of each tensor's.</summary>
    public ArrayView<int> Result;
}
