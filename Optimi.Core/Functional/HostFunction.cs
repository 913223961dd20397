using Optimi.Kernels;

namespace Optimi;

/// <summary>A rule as a function of the host's memory, for one kernel variant. It keeps nothing, so that any threads may share it.</summary>
internal abstract unsafe class HostFunction<TRule>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    /// <summary>Floats in a row of scalars.</summary>
    public abstract int RowLength { get; }

    /// <summary>Writes the row of scalars of a step.</summary>
    /// <returns>The terms that it asks for.</returns>
    public abstract Terms WriteRow(float* row, in TRule rule, in UpdateScalars scalars, bool isFirstStep);

    /// <summary>Runs the pass over some tiles of a tensor.</summary>
    public abstract void Run(
        Terms terms, float* row, in SlotAddresses slots, TensorExtent extent, int firstTile, int tiles);

    /// <summary>Runs the first of two passes over some tiles of a tensor.</summary>
    /// <param name="terms">The terms that the row asks for.</param>
    /// <param name="row">The row of scalars.</param>
    /// <param name="slots">The tensor's memory.</param>
    /// <param name="extent">The tensor, by itself.</param>
    /// <param name="firstTile">The first tile.</param>
    /// <param name="tiles">How many tiles.</param>
    /// <param name="sums">For each tile of the tensor the sum of what was measured.</param>
    public abstract void Measure(
        Terms terms, float* row, in SlotAddresses slots, TensorExtent extent, int firstTile, int tiles, float* sums);

    /// <summary>Turns a tensor's row into that of the second pass.</summary>
    public abstract void Finish(float* row, TensorExtent extent, float* sums);
}
