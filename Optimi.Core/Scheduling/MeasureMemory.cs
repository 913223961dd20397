using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// What a step in two passes needs on an ILGPU device beside its launch's own tables, and the launch between the passes that
/// turns one into the other.
/// </summary>
internal sealed class MeasureMemory<TRule, TApply> : IDisposable
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
{
    private readonly ComputeDevice _device;
    private readonly MemoryBuffer1D<TensorExtent, Stride1D.Dense> _extents;
    private readonly MemoryBuffer1D<ScalarLane, Stride1D.Dense> _sums;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _rowOfTensor;
    private readonly MemoryBuffer1D<Row<ScalarLane, TRule, TApply>, Stride1D.Dense> _rows;
    private readonly Action<
        AcceleratorStream,
        KernelConfig,
        int,
        LaunchTables<Row<ScalarLane, TRule, TApply>>,
        MeasureTables,
        LaunchTables<Row<ScalarLane, TRule, TApply>>> _finish;

    public MeasureMemory(LaunchMemory memory)
    {
        _device = memory.Device;
        Accelerator accelerator = _device.Accelerator;
        _extents = accelerator.Allocate1D(memory.Extents);
        _sums = accelerator.Allocate1D<ScalarLane>(memory.Tiles.Length);
        _rowOfTensor = accelerator.Allocate1D<int>(memory.Extents.Length);
        _rows = accelerator.Allocate1D<Row<ScalarLane, TRule, TApply>>(memory.Extents.Length);
        _finish = accelerator.LoadKernel<
            int,
            LaunchTables<Row<ScalarLane, TRule, TApply>>,
            MeasureTables,
            LaunchTables<Row<ScalarLane, TRule, TApply>>>(FinishKernel<TRule, TApply>.Run);
    }

    /// <summary>Where the first pass puts its sums.</summary>
    public MeasureTables Tables => new()
    {
        Tensors = _extents.View.AsContiguous().Cast<int>(),
        Sums = _sums.View.AsContiguous(),
    };

    /// <summary>Queues the launch between the passes.</summary>
    /// <param name="range">The tensors.</param>
    /// <param name="first">The tables of the first pass.</param>
    /// <returns>The tables of the second pass.</returns>
    public LaunchTables<Row<ScalarLane, TRule, TApply>> Finish(
        LaunchRange range, LaunchTables<Row<ScalarLane, TRule, TApply>> first)
    {
        LaunchTables<Row<ScalarLane, TRule, TApply>> second = first with
        {
            RowOfTensor = _rowOfTensor.View.AsContiguous(),
            Rows = _rows.View.AsContiguous(),
        };
        _finish(
            _device.Stream,
            // A processor does one after the other what is between two barriers: several threads of a group are of no use to it.
            new KernelConfig(range.TensorCount, _device.IsProcessor ? 1 : FinishKernel<TRule, TApply>.GroupSize),
            range.FirstTensor,
            first,
            Tables,
            second);
        return second;
    }

    public void Dispose()
    {
        if (_device.IsDisposed)
            return;
        _extents.Dispose();
        _sums.Dispose();
        _rowOfTensor.Dispose();
        _rows.Dispose();
    }
}
