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

        if (numbersPerUnit == 1)
        {
            TreeSum.InGroup(measured, 1, Tile.LogOfLength);
            return measured[0];
        }

        TreeSum.InGroup(measured, 2, Tile.LogOfLength - 1);
        return measured[0] + measured[units];
    }
}
