using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>A launch of an ILGPU kernel: brings the tables to the device.</summary>
internal abstract class DeviceLaunch<TRule, TApply, TLayout> : AppliedLaunch<TRule, TApply>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TLayout : ILayout
{
    private readonly MemoryBuffer1D<Tile, Stride1D.Dense> _tiles;
    private readonly DeviceTable<int> _rowOfTensor;
    private readonly DeviceTable<Row<ScalarLane, TRule, TApply>> _rows;
    private readonly int[] _lastRowOfTensor;

    protected DeviceLaunch(LaunchMemory memory)
        : base(memory)
    {
        _tiles = memory.Device.Accelerator.Allocate1D(memory.Tiles);
        _rowOfTensor = new DeviceTable<int>(memory.Device);
        _rows = new DeviceTable<Row<ScalarLane, TRule, TApply>>(memory.Device);
        _lastRowOfTensor = [.. RowOfTensor.Select(_ => int.MinValue)];
    }

    protected LaunchTables<Row<ScalarLane, TRule, TApply>> Tables => new()
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
        if (!Device.IsDisposed)
            _tiles.Dispose();
    }

    protected override void RunCore(int firstTile, int tiles)
    {
        Device.Accelerator.Bind();
        _rows.Upload(Rows, Rows.Length);
        if (!RowOfTensor.AsSpan().SequenceEqual(_lastRowOfTensor))
        {
            RowOfTensor.CopyTo(_lastRowOfTensor, 0);
            _rowOfTensor.Upload(RowOfTensor, RowOfTensor.Length);
        }

        Launch(firstTile, tiles);
    }

    /// <summary>Queues the kernel.</summary>
    protected abstract void Launch(int firstTile, int tiles);
}
