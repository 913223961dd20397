using Optimi.Kernels;

namespace Optimi;

/// <summary>A launch of ILGPU kernels: brings the tables to the device, and queues one kernel after the other.</summary>
internal sealed class DeviceLaunch<TRule, TApply, TPass, TLayout> : RuleLaunch<TRule>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
    where TLayout : ILayout
{
    private readonly LaunchPlan _plan;
    private readonly StepTables<Row<ScalarLane, TRule, TApply>>? _tables;
    private readonly MeasureMemory<TRule, TApply>? _measures;
    private readonly DeviceKernels<TRule, TApply> _carefulKernels;
    private readonly DeviceKernels<TRule, TApply> _fullKernels;
    private readonly DeviceKernels<TRule, TApply> _scaledKernels;
    private readonly DeviceKernels<TRule, TApply> _leanKernels;
    private readonly List<Terms> _termsOfRows = [];
    private Row<ScalarLane, TRule, TApply>[] _rows;
    private DeviceKernels<TRule, TApply>? _chosenKernels;
    private bool _isAlone;
    private bool _hasWarned;

    public DeviceLaunch(LaunchMemory memory)
        : base(memory, accumulates: !TPass.UpdatesParameters)
    {
        _rows = NewRows(InitialRows);
        _plan = new LaunchPlan(memory);
        using var transaction = new Transaction();
        // A tensor that is always alone needs none, but between two passes.
        if (!memory.Moves || IsInTwoPasses)
            _tables = transaction.Add(new StepTables<Row<ScalarLane, TRule, TApply>>(memory, _plan, _rows.Length));
        _measures = IsInTwoPasses ? transaction.Add(new MeasureMemory<TRule, TApply>(memory)) : null;
        _fullKernels = KernelChoice.Fast<TRule, TApply, TPass, TLayout>(Device);
        _scaledKernels = KernelChoice.Fast<TRule, TApply, LeanPass<TPass, ScaledTerms<DecayTerm>>, TLayout>(Device);
        _leanKernels = KernelChoice.Fast<TRule, TApply, LeanPass<TPass, DecayTerm>, TLayout>(Device);
        _carefulKernels = KernelChoice.Careful<TRule, TApply, TPass, TLayout>(Device);
        transaction.Commit();
    }

    public override void Dispose()
    {
        base.Dispose();
        _tables?.Dispose();
        _measures?.Dispose();
    }

    public override void Begin()
    {
        base.Begin();
        _termsOfRows.Clear();
        _plan.Forget();
    }

    public override void ForgetBuffers()
    {
        base.ForgetBuffers();
        _plan.ForgetBuffers();
    }

    public override void MoveGradient(int tensor)
    {
        base.MoveGradient(tensor);
        _plan.Forget();
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Where no row asks for more than decay, as in most steps, the kernels without all else are chosen. (Steps that only accumulate
    /// have few terms anyway.) Compiling takes long enough to leave it at these two, each when it is first needed. A rule whose states
    /// begin in the first step needs both: its next steps go on with the full kernels, which give the same bits, until the lean ones
    /// are compiled.
    /// </remarks>
    public override void Prepare(LaunchRange range)
    {
        _plan.Make(range, Steps);
        base.Prepare(range);
        if (_termsOfRows.Count == 0)
            return;
        _isAlone = range.TensorCount == 1 && _measures is null && Verdict is null;
        if (!_isAlone)
            _tables!.Reserve(_rows.Length);
        DeviceKernels<TRule, TApply> best = BestKernels();
        bool isWaiting = best != _fullKernels && !AreReady(PendingOf(best)) && AreReady(PendingOf(_fullKernels));
        _chosenKernels = isWaiting ? _fullKernels : best;
        if (isWaiting)
            StartBeside(PendingOf(best));
        foreach (LaunchPiece piece in _plan.Pieces)
            Start(PendingOf(KernelsOf(piece)));
        if (_measures is not null)
            Start(_measures.Pending);
    }

    public override void AwaitKernels()
    {
        if (_termsOfRows.Count == 0)
            return;
        foreach (LaunchPiece piece in _plan.Pieces)
            Await(PendingOf(KernelsOf(piece)));
        if (_measures is not null)
            Await(_measures.Pending);
    }

    public override void PrepareFull() => Start(PendingOf(_fullKernels));

    public override Task WhenCompiled() => Task.WhenAll(
        ((IEnumerable<IPendingKernel>)
        [
            .. Kernels.SelectMany(kernels => kernels.Pending),
            .. Kernels.SelectMany(kernels => kernels.PendingAlone),
            .. _measures?.Pending ?? [],
        ])
        .Where(kernel => kernel.IsStarted).Select(kernel => kernel.Start()));

    public override void Run()
    {
        using ContextScope current = Device.Ilgpu.Enter();
        int launches = _plan.Pieces.Count;
        if (_isAlone)
        {
            RunAlone();
            Device.CountLaunches(launches);
            return;
        }

        _tables!.Upload(_rows.AsSpan(0, _termsOfRows.Count), Steps);
        if (_measures is null)
        {
            foreach (LaunchPiece piece in _plan.Pieces)
                KernelsOf(piece).Launch(Memory, piece, TablesOf(piece.Kind));
            Device.CountLaunches(launches);
            return;
        }

        foreach (LaunchPiece piece in _plan.Pieces)
            KernelsOf(piece).Measure(Memory, piece, TablesOf(piece.Kind), _measures.Tables);
        _measures.Finish(Range, TablesOf(PieceKind.Fast));
        foreach (LaunchPiece piece in _plan.Pieces)
            KernelsOf(piece).Launch(Memory, piece, _measures.SecondOf(TablesOf(piece.Kind)));
        Device.CountLaunches((2 * launches) + 1);
    }

    /// <summary>Steps one tensor, with what kernels have to know of it as their arguments: nothing is copied before.</summary>
    private void RunAlone()
    {
        int tensor = Range.FirstTensor;
        TensorExtent extent = Memory.Extents[tensor];
        int whole = Memory.CareOf(tensor) switch
        {
            TensorStep.NoCare => extent.TileCount,
            TensorStep.CareOfEnd => extent.TileCount - 1,
            _ => 0,
        };
        ref Row<ScalarLane, TRule, TApply> row = ref _rows[Steps[tensor].Row];
        if (whole > 0)
            _chosenKernels!.LaunchAlone(Memory, tensor, 0, whole, row);
        if (whole < extent.TileCount)
            _carefulKernels.LaunchAlone(Memory, tensor, whole, extent.TileCount - whole, row);
    }

    protected override void AddRow(int row, in TRule rule, in UpdateScalars scalars, bool isFirstStep, in SurroundingScalars around)
    {
        if (row == _rows.Length)
        {
            Row<ScalarLane, TRule, TApply>[] larger = NewRows(2 * _rows.Length);
            _rows.CopyTo(larger, 0);
            _rows = larger;
        }

        Terms terms = RowTerms.Of<TRule, TPass>(rule, scalars, isFirstStep, around, isJudged: Verdict is not null);
        if (row == _termsOfRows.Count)
            _termsOfRows.Add(terms);
        else
            _termsOfRows[row] = terms;
        _rows[row] = Row<ScalarLane, TRule, TApply>.Of(rule, scalars, isFirstStep, around);
    }

    private DeviceKernels<TRule, TApply>[] Kernels => [_fullKernels, _scaledKernels, _leanKernels, _carefulKernels];

    /// <summary>The kernels without the terms that no row asks for.</summary>
    private DeviceKernels<TRule, TApply> BestKernels()
    {
        Terms terms = Terms.Decay;
        foreach (Terms ofRow in _termsOfRows)
            terms |= ofRow;
        if (!TPass.UpdatesParameters)
            return _fullKernels;
        return terms switch
        {
            Terms.Decay => _leanKernels,
            Terms.Decay | Terms.Scale => _scaledKernels,
            _ => _fullKernels,
        };
    }

    private LaunchTables<Row<ScalarLane, TRule, TApply>> TablesOf(PieceKind kind) => _tables!.Of(kind, Verdict);

    private static bool AreReady(IPendingKernel[] kernels)
    {
        foreach (IPendingKernel kernel in kernels)
        {
            if (!kernel.IsReady)
                return false;
        }

        return true;
    }

    private static void Start(IPendingKernel[] kernels)
    {
        foreach (IPendingKernel kernel in kernels)
            kernel.Start();
    }

    private static void Await(IPendingKernel[] kernels)
    {
        foreach (IPendingKernel kernel in kernels)
            kernel.Wait();
    }

    private IPendingKernel[] PendingOf(DeviceKernels<TRule, TApply> kernels) => _isAlone ? kernels.PendingAlone : kernels.Pending;

    private DeviceKernels<TRule, TApply> KernelsOf(LaunchPiece piece) =>
        piece.Kind == PieceKind.Fast ? _chosenKernels! : _carefulKernels;

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

    private Row<ScalarLane, TRule, TApply>[] NewRows(int count) =>
        Device.Allocator.AllocateManaged<Row<ScalarLane, TRule, TApply>>(count);
}
