using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>A launch of ILGPU kernels: brings the tables to the device, and queues one kernel after the other.</summary>
internal sealed class DeviceLaunch<TRule, TApply, TPass, TLayout> : AppliedLaunch<TRule, TApply, TPass>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
{
    private readonly MemoryBuffer1D<Tile, Stride1D.Dense> _tiles;
    private readonly DeviceTable<int> _rowOfTensor;
    private readonly DeviceTable<Row<ScalarLane, TRule, TApply>> _rows;
    private readonly MeasureMemory<TRule, TApply>? _measures;
    private readonly TileKernels<TRule, TApply, TPass, TLayout, DeviceHalves>? _carefulKernels;
    private readonly int[] _lastRowOfTensor;
    private DeviceKernels<TRule, TApply>? _fullKernels;
    private DeviceKernels<TRule, TApply>? _leanKernels;
    private DeviceKernels<TRule, TApply>? _chosenKernels;

    public DeviceLaunch(LaunchMemory memory)
        : base(memory)
    {
        Accelerator accelerator = memory.Device.Accelerator;
        _tiles = accelerator.Allocate1D(memory.Tiles);
        _rowOfTensor = new DeviceTable<int>(memory.Device);
        _rows = new DeviceTable<Row<ScalarLane, TRule, TApply>>(memory.Device);
        _measures = IsSecondPass ? new MeasureMemory<TRule, TApply>(memory) : null;
        if (!memory.IsPadded)
            _carefulKernels = new TileKernels<TRule, TApply, TPass, TLayout, DeviceHalves>(memory.Device);
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

    /// <summary>
    /// Chooses the kernels that do what the rows ask for: where no row asks for more than decay, as in most steps, those without all
    /// else. (Steps that only accumulate have few terms anyway.) Compiling takes long enough to leave it at these two, each when it is
    /// first needed: a rule whose states begin in the first step needs both.
    /// </summary>
    public override void Prepare()
    {
        if (TermsOfRows.Count == 0)
            return;
        bool isLean = TPass.UpdatesParameters;
        foreach (Terms ofRow in TermsOfRows)
            isLean &= (ofRow | Terms.Decay) == Terms.Decay;
        _chosenKernels = isLean ? _leanKernels ??= Load<LeanPass<TPass, DecayTerm>>() : _fullKernels ??= Load<TPass>();
    }

    public override void Run(LaunchRange range)
    {
        Device.Accelerator.Bind();
        _rows.Upload(Rows, Rows.Length);
        if (!RowOfTensor.AsSpan().SequenceEqual(_lastRowOfTensor))
        {
            RowOfTensor.CopyTo(_lastRowOfTensor, 0);
            _rowOfTensor.Upload(RowOfTensor, RowOfTensor.Length);
        }

        LaunchTables<Row<ScalarLane, TRule, TApply>> tables = Tables;
        DeviceKernels<TRule, TApply> kernels = _chosenKernels!;
        (LaunchRange whole, LaunchRange careful) = Split(range);
        if (_measures is not null)
        {
            if (whole.TileCount > 0)
                kernels.Measure(Memory, whole, tables, _measures.Tables);
            if (careful.TileCount > 0)
                _carefulKernels!.Measure(Memory, careful, tables, _measures.Tables);
            tables = _measures.Finish(range, tables);
        }

        if (whole.TileCount > 0)
            kernels.Launch(Memory, whole, tables);
        if (careful.TileCount > 0)
            _carefulKernels!.Launch(Memory, careful, tables);
        int launches = Math.Sign(whole.TileCount) + Math.Sign(careful.TileCount);
        Device.CountLaunches(IsSecondPass ? (2 * launches) + 1 : launches);
    }

    private DeviceKernels<TRule, TApply> Load<TLoaded>()
        where TLoaded : IPass => Device.Shape == KernelShape.Quad
        ? new QuadKernels<TRule, TApply, TLoaded, TLayout>(Device.Accelerator)
        : new TileKernels<TRule, TApply, TLoaded, TLayout, DeviceWords>(Device);

    /// <summary>The tiles for the fast kernels, and the last ones, for which those might read and write too much.</summary>
    private (LaunchRange Whole, LaunchRange Careful) Split(LaunchRange range)
    {
        int whole = Math.Min(range.TileCount, Memory.WholeTiles - range.FirstTile);
        return (range with { TileCount = whole },
            range with { FirstTile = range.FirstTile + whole, TileCount = range.TileCount - whole });
    }
}
