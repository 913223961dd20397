using ILGPU;

namespace Optimi.Kernels;

/// <summary>The tables of a launch, in device memory.</summary>
/// <typeparam name="TRow">The scalars of a step.</typeparam>
internal struct LaunchTables<TRow>
    where TRow : unmanaged
{
    /// <summary>The tiles of the launch; see <see cref="Tile.Read"/>.</summary>
    public ArrayView<int> Tiles;

    /// <summary>Where the tensors lie; see <see cref="TensorPlaces.Read"/>.</summary>
    public ArrayView<int> Places;

    /// <summary>The tensors' parts in the step; see <see cref="TensorStep.Read"/>.</summary>
    public ArrayView<int> Steps;

    /// <summary>The rows of scalars.</summary>
    public ArrayView<TRow> Rows;

    /// <summary>What was found of all gradients before the step; see <see cref="GradientVerdict.Read"/>.</summary>
    public ArrayView<int> Verdict;
}
