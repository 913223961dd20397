using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>All threads of a group fold a tile together: for GPUs, whose threads run side by side.</summary>
internal readonly struct SumByGroup : ITileSum
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Of<TGroup>(ArrayView<ScalarLane> measured, int units, int length)
        where TGroup : IWorkGroup
    {
        int numbersPerUnit = Tile.Length / units;
        TGroup.Barrier();
        for (int i = TGroup.Thread; i < Tile.Length; i += TGroup.Size)
        {
            int number = ((i % units) * numbersPerUnit) + (i / units);
            if (number >= length)
                measured[i] = 0;
        }

        return TreeSum.OfTileInGroup<TGroup>(measured, units);
    }
}
