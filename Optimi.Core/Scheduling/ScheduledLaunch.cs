using Optimi.Kernels;

namespace Optimi;

/// <summary>Tensors that are stepped together: by a launch that updates them, or by one that only accumulates into states.</summary>
/// <remarks>
/// If the same tensors take part as in the last step, only the rows of scalars are made anew. The tensors, of which there may be
/// thousands, are not visited; their step counters are updated when someone asks.
/// </remarks>
internal sealed class ScheduledLaunch<TRule>(OptimizerMemory memory) : IDisposable
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    private readonly ParameterBuffer _buffer = memory.Tensors[0].Parameter.Buffer;
    private RuleLaunch<TRule>? _updating;
    private RuleLaunch<TRule>? _accumulating;

    /// <summary>The launch of the step in hand.</summary>
    private RuleLaunch<TRule>? _current;

    /// <summary>The launch of the last step, if a step of the same tensors may follow.</summary>
    private RuleLaunch<TRule>? _last;

    private long _participations;
    private long _uncounted;

    public OptimizerMemory Memory { get; } = memory;

    /// <summary>Makes the rows for a step of all tensors that take part, allocates what it needs, and begins to compile the kernels that are
    /// missing.</summary>
    public void Begin(bool accumulates, Transaction transaction)
    {
        _current = Of(accumulates, transaction);
        if (_current == _last && _participations == _buffer.Participations)
        {
            _current.BeginAgain();
        }
        else
        {
            BeginAnew(_current);
            foreach (LaunchTensor tensor in Memory.Tensors)
                TakePart(_current, tensor);
        }

        PrepareRun(_current, transaction);
    }

    /// <summary>Waits for the compiler.</summary>
    public void AwaitKernels() => _current!.AwaitKernels();

    /// <summary>Counts and makes the step that was begun: nothing can fail any more that could before, the options' own code and the
    /// compiler.</summary>
    public void Run()
    {
        RuleLaunch<TRule> launch = _current!;
        if (launch == _last)
        {
            launch.CountAgain();
            _uncounted++;
        }
        else
        {
            Count(launch, 1);
            _last = launch;
            _participations = _buffer.Participations;
        }

        if (launch.HasRows && Memory.Tiles.Length > 0)
            launch.Run(Memory.Range);
    }

    /// <summary>Steps one tensor, if it takes part.</summary>
    public void Step(LaunchTensor tensor, bool accumulates, Transaction transaction)
    {
        RuleLaunch<TRule> launch = Of(accumulates, transaction);
        BeginAnew(launch);
        TakePart(launch, tensor);
        if (!launch.HasRows)
            return;
        PrepareRun(launch, transaction);
        transaction.Commit();
        launch.AwaitKernels();
        tensor.Steps++;
        if (tensor.TileCount > 0)
            launch.Run(tensor.Range);
    }

    /// <summary>Begins to compile the kernels for all tensors' next steps. States may begin in the first of them. The second or the third
    /// is a step like most. When a rule looks ahead, only its options know.</summary>
    /// <returns>Complete when they are compiled.</returns>
    public Task Prepare(bool accumulates, Transaction transaction)
    {
        RuleLaunch<TRule> launch = Of(accumulates, transaction);
        for (int step = 1; step <= 3; step++)
        {
            BeginAnew(launch);
            foreach (LaunchTensor tensor in Memory.Tensors)
                launch.RowFor(tensor.Group, tensor.Steps + step);
            launch.Prepare();
        }

        BeginAnew(launch);
        if (TRule.LooksAhead)
            launch.PrepareFull();
        return launch.WhenCompiled();
    }

    /// <summary>Lets a tensor begin anew.</summary>
    public void Forget(LaunchTensor tensor)
    {
        CountSteps();
        _last = null;
        tensor.Steps = 0;
        Memory.Clear(tensor);
    }

    /// <summary>Brings the tensors' counters up to date.</summary>
    public void CountSteps()
    {
        if (_uncounted > 0)
            Count(_last!, _uncounted);
        _uncounted = 0;
    }

    public void Dispose()
    {
        _updating?.Dispose();
        _accumulating?.Dispose();
        Memory.Dispose();
    }

    private static void TakePart(RuleLaunch<TRule> launch, LaunchTensor tensor)
    {
        if (tensor.TakesPart)
            launch.SetRow(tensor.Index, launch.RowFor(tensor.Group, tensor.Steps + 1));
    }

    private void Count(RuleLaunch<TRule> launch, long steps)
    {
        foreach (LaunchTensor tensor in Memory.Tensors)
            tensor.Steps += launch.TakesPart(tensor.Index) ? steps : 0;
    }

    private void BeginAnew(RuleLaunch<TRule> launch)
    {
        CountSteps();
        _last = null;
        launch.Begin();
    }

    private void PrepareRun(RuleLaunch<TRule> launch, Transaction transaction)
    {
        if (launch.HasRows)
            Memory.AllocateGradients(transaction);
        launch.Prepare();
    }

    /// <summary>The launch of a kind, which exists once it was asked for.</summary>
    private RuleLaunch<TRule> Of(bool accumulates, Transaction transaction) =>
        (accumulates ? _accumulating : _updating) ?? Create(accumulates, transaction);

    private RuleLaunch<TRule> Create(bool accumulates, Transaction transaction)
    {
        RuleLaunch<TRule> launch = transaction.Add(LaunchFactory.Create<TRule>(Memory, accumulates));
        if (accumulates)
            _accumulating = launch;
        else
            _updating = launch;
        transaction.OnRollback(() => Withdraw(launch));
        return launch;
    }

    private void Withdraw(RuleLaunch<TRule> launch)
    {
        _accumulating = _accumulating == launch ? null : _accumulating;
        _updating = _updating == launch ? null : _updating;
        _last = _last == launch ? null : _last;
    }
}
