using ILGPU;

namespace Optimi.Kernels;

/// <summary>The tables of a launch, in device memory.</summary>
/// <typeparam name="TRow">The scalars of a step.</typeparam>
public struct LaunchTables<TRow>
    where TRow : unmanaged
{
    /// <summary>The tiles of the launch, in the order of its state slabs; see <see cref="Tile.Read"/>.</summary>
    public ArrayView<int> Tiles;

    /// <summary>For each tensor its row of scalars, or <see cref="Tile.NoRow"/>.</summary>
    public ArrayView<int> RowOfTensor;

    /// <summary>The rows of scalars.</summary>
    public ArrayView<TRow> Rows;
}
