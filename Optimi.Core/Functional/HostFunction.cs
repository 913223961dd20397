using Optimi.Kernels;

namespace Optimi;

/// <summary>A rule as a function of the host's memory, for one kernel variant. It keeps nothing, so that any threads may share it.</summary>
internal abstract unsafe class HostFunction<TRule>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    /// <summary>Floats in a row of scalars.</summary>
    public abstract int RowLength { get; }

    /// <summary>The slots that end with the tensor in memory of the caller's, by <see cref="Slot"/>.</summary>
    public abstract int UnpaddedSlots { get; }

    /// <summary>Writes the row of scalars of a step.</summary>
    /// <returns>The terms that it asks for.</returns>
    public abstract Terms WriteRow(float* row, in TRule rule, in UpdateScalars scalars, bool isFirstStep, in SurroundingScalars around);

    /// <summary>Runs the pass over some tiles of a run.</summary>
    public abstract void Run(Terms terms, float* row, in TileRun run, int firstTile, int tiles);

    /// <summary>Runs the first of two passes over some tiles of a run.</summary>
    /// <param name="terms">The terms that the row asks for.</param>
    /// <param name="row">The row of scalars.</param>
    /// <param name="run">The run.</param>
    /// <param name="firstTile">The number of the first tile in the launch.</param>
    /// <param name="tiles">How many tiles.</param>
    /// <param name="extents">The run's tensors.</param>
    /// <param name="sums">For each tile of the launch the sum of what was measured.</param>
    public abstract void Measure(
        Terms terms, float* row, in TileRun run, int firstTile, int tiles, ReadOnlySpan<TensorExtent> extents, float* sums);

    /// <summary>Writes a tensor's row for the second pass.</summary>
    /// <param name="row">The row of the first pass.</param>
    /// <param name="sum">The sum over the tensor of what was measured.</param>
    /// <param name="inverseLength">One over the count of its numbers.</param>
    /// <param name="measured">Where to write it; may be <paramref name="row"/>.</param>
    public abstract void WriteMeasuredRow(float* row, float sum, float inverseLength, float* measured);

    /// <summary>Sums up a tensor.</summary>
    /// <param name="sums">The sums of its tiles.</param>
    /// <param name="tiles">How many there are.</param>
    public abstract float SumUp(float* sums, int tiles);
}
