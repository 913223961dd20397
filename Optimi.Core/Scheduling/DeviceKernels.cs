using Optimi.Kernels;

namespace Optimi;

/// <summary>The kernels of a pass, in one shape.</summary>
internal abstract class DeviceKernels<TRule, TApply>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
{
    /// <summary>Those that a compiler has to make first.</summary>
    public IPendingKernel[] Pending { get; protected init; } = [];

    /// <summary>Whether all can be queued without waiting for the compiler.</summary>
    public bool AreReady
    {
        get
        {
            foreach (IPendingKernel kernel in Pending)
            {
                if (!kernel.IsReady)
                    return false;
            }

            return true;
        }
    }

    /// <summary>Queues the kernel of the pass.</summary>
    public abstract void Launch(
        LaunchMemory memory, LaunchPiece piece, LaunchTables<Row<ScalarLane, TRule, TApply>> tables);

    /// <summary>Queues the kernel of the first pass that comes before a second one.</summary>
    public abstract void Measure(
        LaunchMemory memory,
        LaunchPiece piece,
        LaunchTables<Row<ScalarLane, TRule, TApply>> tables,
        MeasureTables measures);
}
