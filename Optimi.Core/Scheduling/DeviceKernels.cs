using Optimi.Kernels;

namespace Optimi;

/// <summary>The kernels of a pass, in one shape.</summary>
internal abstract class DeviceKernels<TRule, TApply>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
{
    /// <summary>Those that a compiler has to make first.</summary>
    public IPendingKernel[] Pending { get; protected init; } = [];

    /// <summary>Those for <see cref="Measure"/> alone.</summary>
    public IPendingKernel[] PendingMeasure { get; protected init; } = [];

    /// <summary>The same for <see cref="LaunchAlone"/>.</summary>
    public IPendingKernel[] PendingAlone { get; protected init; } = [];

    /// <summary>Queues the kernel of the pass.</summary>
    public abstract void Launch(
        LaunchMemory memory, LaunchPiece piece, LaunchTables<Row<ScalarLane, TRule, TApply>> tables);

    /// <summary>Queues the kernel of the pass for a range of one tensor's tiles. It needs no tables.</summary>
    /// <param name="memory">What is stepped.</param>
    /// <param name="tensor">The tensor.</param>
    /// <param name="firstTile">The number of its first tile that is stepped.</param>
    /// <param name="count">How many tiles.</param>
    /// <param name="row">The scalars.</param>
    public abstract void LaunchAlone(
        LaunchMemory memory, int tensor, int firstTile, int count, in Row<ScalarLane, TRule, TApply> row);

    /// <summary>Queues the kernel of the first pass that comes before a second one.</summary>
    public abstract void Measure(
        LaunchMemory memory,
        LaunchPiece piece,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        MeasureTables measures);
}
