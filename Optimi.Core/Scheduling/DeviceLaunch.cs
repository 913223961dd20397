using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>A launch of an ILGPU kernel: brings the tables to the device.</summary>
internal abstract class DeviceLaunch<TRule, TApply, TPass, TLayout> : AppliedLaunch<TRule, TApply, TPass>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
{
    private readonly MemoryBuffer1D<Tile, Stride1D.Dense> _tiles;
    private readonly DeviceTable<int> _rowOfTensor;
    private readonly DeviceTable<Row<ScalarLane, TRule, TApply>> _rows;
    private readonly MeasureMemory<TRule, TApply>? _measures;
    private readonly int[] _lastRowOfTensor;

    protected DeviceLaunch(LaunchMemory memory)
        : base(memory)
    {
        _tiles = memory.Device.Accelerator.Allocate1D(memory.Tiles);
        _rowOfTensor = new DeviceTable<int>(memory.Device);
        _rows = new DeviceTable<Row<ScalarLane, TRule, TApply>>(memory.Device);
        _measures = IsSecondPass ? new MeasureMemory<TRule, TApply>(memory) : null;
        _lastRowOfTensor = [.. RowOfTensor.Select(_ => int.MinValue)];
    }

    private LaunchTables<Row<ScalarLane, TRule, TApply>> Tables => new()
    {
        Tiles = _tiles.View.AsContiguous().Cast<int>(),
        RowOfTensor = _rowOfTensor.View,
        Rows = _rows.View,
    };

    public override void Dispose()
    {
        base.Dispose();
        _rowOfTensor.Dispose();
        _rows.Dispose();
        _measures?.Dispose();
        if (!Device.IsDisposed)
            _tiles.Dispose();
    }

    protected override void RunCore(LaunchRange range)
    {
        Device.Accelerator.Bind();
        _rows.Upload(Rows, Rows.Length);
        if (!RowOfTensor.AsSpan().SequenceEqual(_lastRowOfTensor))
        {
            RowOfTensor.CopyTo(_lastRowOfTensor, 0);
            _rowOfTensor.Upload(RowOfTensor, RowOfTensor.Length);
        }

        LaunchTables<Row<ScalarLane, TRule, TApply>> tables = Tables;
        if (_measures is not null)
        {
            Measure(range, tables, _measures.Tables);
            tables = _measures.Finish(range, tables);
        }

        Launch(range, tables);
    }

    /// <summary>Queues the kernel of the pass.</summary>
    protected abstract void Launch(LaunchRange range, LaunchTables<Row<ScalarLane, TRule, TApply>> tables);

    /// <summary>Queues the kernel of a first pass.</summary>
    protected abstract void Measure(
        LaunchRange range, LaunchTables<Row<ScalarLane, TRule, TApply>> tables, MeasureTables measures);
}
