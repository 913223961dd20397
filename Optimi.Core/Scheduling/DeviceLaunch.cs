using Optimi.Kernels;

namespace Optimi;

/// <summary>A launch of ILGPU kernels: brings the tables to the device, and queues one kernel after the other.</summary>
internal sealed class DeviceLaunch<TRule, TApply, TPass, TLayout> : AppliedLaunch<TRule, TApply, TPass>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
{
    private readonly DeviceArray<Tile> _tiles;
    private readonly DeviceTable<int> _rowOfTensor;
    private readonly DeviceTable<Row<ScalarLane, TRule, TApply>> _rows;
    private readonly MeasureMemory<TRule, TApply>? _measures;
    private readonly DeviceKernels<TRule, TApply>? _carefulKernels;
    private readonly int[] _lastRowOfTensor;
    private readonly DeviceKernels<TRule, TApply> _fullKernels;
    private readonly DeviceKernels<TRule, TApply> _leanKernels;
    private DeviceKernels<TRule, TApply>? _chosenKernels;
    private bool _hasWarned;

    public DeviceLaunch(LaunchMemory memory)
        : base(memory)
    {
        using var transaction = new Transaction();
        _tiles = transaction.Add(Device.Allocator.Allocate(memory.Tiles));
        _rowOfTensor = transaction.Add(new DeviceTable<int>(Device, RowOfTensor.Length));
        _rows = transaction.Add(new DeviceTable<Row<ScalarLane, TRule, TApply>>(Device, Rows.Length));
        _measures = IsSecondPass ? transaction.Add(new MeasureMemory<TRule, TApply>(memory)) : null;
        _fullKernels = Of<TPass>();
        _leanKernels = Of<LeanPass<TPass, DecayTerm>>();
        if (!memory.IsPadded)
            _carefulKernels = TilesOf<TPass, DeviceHalves>();
        _lastRowOfTensor = [.. RowOfTensor.Select(_ => int.MinValue)];
        transaction.Commit();
    }

    private bool HasWholeTiles => Memory.WholeTiles > 0;

    /// <summary>Whether there are tiles for which the fast kernels might read and write too much.</summary>
    private bool HasCarefulTiles => Memory.WholeTiles < Memory.Tiles.Length;

    private LaunchTables<Row<ScalarLane, TRule, TApply>> Tables => new()
    {
        Tiles = _tiles.View.Cast<int>(),
        RowOfTensor = _rowOfTensor.View,
        Rows = _rows.View,
    };

    public override void Dispose()
    {
        base.Dispose();
        _rowOfTensor.Dispose();
        _rows.Dispose();
        _measures?.Dispose();
        _tiles.Dispose();
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Where no row asks for more than decay, as in most steps, the kernels without all else are chosen. (Steps that only accumulate
    /// have few terms anyway.) Compiling takes long enough to leave it at these two, each when it is first needed. A rule whose states
    /// begin in the first step needs both: its next steps go on with the full kernels, which give the same bits, until the lean ones
    /// are compiled.
    /// </remarks>
    public override void Prepare()
    {
        if (TermsOfRows.Count == 0)
            return;
        _rows.Reserve(Rows.Length);
        bool isLean = TPass.UpdatesParameters;
        foreach (Terms ofRow in TermsOfRows)
            isLean &= (ofRow | Terms.Decay) == Terms.Decay;
        bool isWaitingForLean = isLean && !_leanKernels.AreReady && _fullKernels.AreReady;
        _chosenKernels = isLean && !isWaitingForLean ? _leanKernels : _fullKernels;
        if (isWaitingForLean)
            StartBeside(_leanKernels.Pending);
        if (HasWholeTiles)
            Start(_chosenKernels.Pending);
        if (HasCarefulTiles)
            Start(_carefulKernels!.Pending);
        if (_measures is not null)
            Start(_measures.Pending);
    }

    public override void AwaitKernels()
    {
        if (TermsOfRows.Count == 0)
            return;
        if (HasWholeTiles)
            Await(_chosenKernels!.Pending);
        if (HasCarefulTiles)
            Await(_carefulKernels!.Pending);
        if (_measures is not null)
            Await(_measures.Pending);
    }

    public override void PrepareFull() => Start(_fullKernels.Pending);

    public override Task WhenCompiled() => Task.WhenAll(
        ((IEnumerable<IPendingKernel>)
        [
            .. _fullKernels.Pending, .. _leanKernels.Pending, .. _carefulKernels?.Pending ?? [], .. _measures?.Pending ?? [],
        ])
        .Where(kernel => kernel.IsStarted).Select(kernel => kernel.Start()));

    public override void Run(LaunchRange range)
    {
        if (!Device.IsHost)
            Device.Ilgpu.Accelerator.Bind();
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

    private static void Start(IPendingKernel[] kernels)
    {
        foreach (IPendingKernel kernel in kernels)
            kernel.Start();
    }

    /// <summary>Begins to compile kernels that steps can do without, and says once if that fails.</summary>
    private void StartBeside(IPendingKernel[] kernels)
    {
        foreach (IPendingKernel kernel in kernels)
        {
            if (!kernel.IsStarted)
                kernel.Start();
            if (kernel.Error is not Exception error || _hasWarned)
                continue;
            _hasWarned = true;
            Warnings.Raise(this, $"Steps go on with slower kernels that give the same bits: {error.Message}");
        }
    }

    private static void Await(IPendingKernel[] kernels)
    {
        foreach (IPendingKernel kernel in kernels)
            kernel.Wait();
    }

    private DeviceKernels<TRule, TApply> Of<TLoaded>()
        where TLoaded : IPass
    {
        if (Device.Shape != KernelShape.Quad)
            return TilesOf<TLoaded, DeviceWords>();
        return Device.Groups is SimulatedGroups groups
            ? new SimulatedQuadKernels<TRule, TApply, TLoaded, TLayout>(groups)
            : new QuadKernels<TRule, TApply, TLoaded, TLayout>(Device.Kernels);
    }

    private DeviceKernels<TRule, TApply> TilesOf<TLoaded, TWords>()
        where TLoaded : IPass
        where TWords : struct, IDeviceMemory<TWords>, IWords<ScalarLane> => Device.Groups is SimulatedGroups groups
        ? new SimulatedTileKernels<TRule, TApply, TLoaded, TLayout, TWords>(groups)
        : new TileKernels<TRule, TApply, TLoaded, TLayout, TWords>(Device.Kernels, Device.IsProcessor);

    /// <summary>The tiles for the fast kernels, and the last ones, for the careful ones.</summary>
    private (LaunchRange Whole, LaunchRange Careful) Split(LaunchRange range)
    {
        int whole = Math.Min(range.TileCount, Memory.WholeTiles - range.FirstTile);
        return (range with { TileCount = whole },
            range with { FirstTile = range.FirstTile + whole, TileCount = range.TileCount - whole });
    }
}
