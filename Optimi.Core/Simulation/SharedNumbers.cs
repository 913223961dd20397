using ILGPU;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Memory that a simulated group shares.</summary>
/// <param name="Numbers">Numbers, as many as any group shares.</param>
/// <param name="Count">A count.</param>
internal readonly record struct SharedNumbers(ArrayView<ScalarLane> Numbers, ArrayView<int> Count)
{
    /// <summary>Those behind a block, which may be in use for a sum.</summary>
    public ArrayView<ScalarLane> BehindBlock => Numbers.SubView(TreeSum.BlockLength, Numbers.Length - TreeSum.BlockLength);
}
