using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>
/// The first thread of a group folds a tile alone: for processors, whose compilers make a loop of a group's work-items between any two
/// barriers, and vectors of a loop over numbers.
/// </summary>
internal readonly struct SumByOne : ITileSum
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Of<TGroup>(ArrayView<ScalarLane> measured, int units, int length)
        where TGroup : IWorkGroup
    {
        TGroup.Barrier();
        ScalarLane sum = 0;
        if (TGroup.Thread == 0)
        {
            sum = TreeSum.InThread(measured, units, TreeSum.FirstNumbers(units, length));
            if (units < Tile.Length)
                sum += TreeSum.InThread(measured.SubView(units, units), units, length / 2);
        }

        return sum;
    }
}
