using System.Runtime.CompilerServices;
using ILGPU;

namespace Optimi.Kernels;

/// <summary>All threads of a group fold a tile together: for GPUs, whose threads run side by side.</summary>
public readonly struct SumByGroup : ITileSum
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Of(ArrayView<ScalarLane> measured, int units, int length)
    {
        int numbersPerUnit = Tile.Length / units;
        Group.Barrier();
        for (int i = Group.IdxX; i < Tile.Length; i += Group.DimX)
        {
            int number = ((i % units) * numbersPerUnit) + (i / units);
            if (number >= length)
                measured[i] = 0;
        }

        return TreeSum.OfTileInGroup(measured, units);
    }
}
