using Optimi.Kernels;

namespace Optimi;

/// <inheritdoc/>
/// <typeparam name="TLayout">The storage of the gradients.</typeparam>
internal sealed class SquaresLaunch<TLayout> : SquaresLaunch
    where TLayout : ILayout
{
    private readonly LaunchPlan _plan;
    private readonly StepTables<Row<ScalarLane, SquareRule<ScalarLane>, PlainApply<ScalarLane>>> _tables;
    private readonly DeviceArray<TensorExtent> _extents;
    private readonly DeviceKernels<SquareRule<ScalarLane>, PlainApply<ScalarLane>> _fast;
    private readonly DeviceKernels<SquareRule<ScalarLane>, PlainApply<ScalarLane>> _careful;

    public SquaresLaunch(LaunchMemory memory)
        : base(memory)
    {
        _plan = new LaunchPlan(memory);
        using var transaction = new Transaction();
        _tables = transaction.Add(new StepTables<Row<ScalarLane, SquareRule<ScalarLane>, PlainApply<ScalarLane>>>(memory, _plan, rows: 1));
        _extents = transaction.Add(Device.Allocator.Allocate(memory.Extents));
        _fast = KernelChoice.Fast<SquareRule<ScalarLane>, PlainApply<ScalarLane>, ApplyPass, TLayout>(Device);
        _careful = KernelChoice.Careful<SquareRule<ScalarLane>, PlainApply<ScalarLane>, ApplyPass, TLayout>(Device);
        transaction.Commit();
    }

    public override void Begin()
    {
        base.Begin();
        _plan.Forget();
    }

    public override void MoveGradient(int tensor)
    {
        base.MoveGradient(tensor);
        _plan.Forget();
    }

    public override void Prepare(LaunchRange range)
    {
        _plan.Make(range, Steps);
        base.Prepare(range);
        foreach (LaunchPiece piece in _plan.Pieces)
        {
            foreach (IPendingKernel kernel in KernelsOf(piece).PendingMeasure)
                kernel.Start();
        }
    }

    public override void AwaitKernels()
    {
        foreach (LaunchPiece piece in _plan.Pieces)
        {
            foreach (IPendingKernel kernel in KernelsOf(piece).PendingMeasure)
                kernel.Wait();
        }
    }

    public override Task WhenCompiled() => Task.WhenAll(_fast.PendingMeasure.Select(kernel => kernel.Start()));

    public override void Run()
    {
        if (_plan.Pieces.Count == 0)
            return;
        var rule = new SquareRule<ScalarLane> { Unscale = Unscale };
        _tables.Upload(
            [Row<ScalarLane, SquareRule<ScalarLane>, PlainApply<ScalarLane>>.Of(rule, default, isFirstStep: false, SurroundingScalars.None)],
            Steps);
        var measures = new MeasureTables { Tensors = _extents.View.Cast<int>(), Sums = Sums };
        foreach (LaunchPiece piece in _plan.Pieces)
            KernelsOf(piece).Measure(Memory, piece, _tables.Of(piece.Kind, verdict: null), measures);
        Device.CountLaunches(_plan.Pieces.Count);
    }

    public override void Dispose()
    {
        base.Dispose();
        _tables.Dispose();
        _extents.Dispose();
    }

    private DeviceKernels<SquareRule<ScalarLane>, PlainApply<ScalarLane>> KernelsOf(LaunchPiece piece) =>
        piece.Kind == PieceKind.Fast ? _fast : _careful;
}
