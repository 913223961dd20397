using ILGPU;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Tensors that are stepped together: by a launch that updates them, or by one that only accumulates into states.</summary>
/// <remarks>
/// If the same tensors take part as in the last step, only the rows of scalars are made anew, and the tensors, of which there may be
/// thousands, are visited only if a gradient has moved. Their step counters are updated when someone asks.
/// </remarks>
internal sealed partial class ScheduledLaunch<TRule> : IDisposable
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    private readonly StepSurroundings _around;
    private readonly LaunchMemory _memory;
    private readonly ParameterBuffer[] _buffers;
    private RuleLaunch<TRule>? _updating;
    private RuleLaunch<TRule>? _accumulating;

    /// <summary>The launch of the step in hand.</summary>
    private RuleLaunch<TRule>? _current;

    /// <summary>The launch of the last step, if a step of the same tensors may follow.</summary>
    private RuleLaunch<TRule>? _last;

    /// <summary>The tensors of the step in hand, and whether it is a step of all that have a gradient.</summary>
    private LaunchRange _range;

    private bool _isOfAll;
    private long _participations;
    private long _bindings;

    /// <param name="device">The device.</param>
    /// <param name="layout">The kernel variant.</param>
    /// <param name="tensors">The tensors, which have states.</param>
    /// <param name="around">What steps do around the rule.</param>
    public ScheduledLaunch(
        ComputeDevice device, SlotLayout layout, IReadOnlyList<LaunchTensor> tensors, StepSurroundings around)
    {
        _around = around;
        Tensors = [.. tensors];
        Layout = layout;
        _buffers = [.. tensors.Select(tensor => tensor.Parameter.Buffer).Distinct()];
        _memory = new LaunchMemory(device, layout, [.. tensors.Select(tensor => tensor.Parameter.Length)], moves: false);
        NumberTensors();
        foreach (LaunchTensor tensor in tensors)
        {
            _memory.Set(tensor.Index, Slot.Values, tensor.Parameter.ValuePlace);
            for (int slot = Slot.Compensation; slot < Slot.Count; slot++)
            {
                if (layout.TileBytes(slot) > 0)
                    _memory.Set(tensor.Index, slot, tensor.PlaceOf(slot));
            }
        }
    }

    public SlotLayout Layout { get; }

    public LaunchTensor[] Tensors { get; }

    /// <summary>Changes whenever a parameter begins or ceases to take part in steps.</summary>
    private long Participations => SumOf(static buffer => buffer.Participations);

    /// <summary>Changes whenever a parameter has its gradient elsewhere.</summary>
    private long Bindings => SumOf(static buffer => buffer.Bindings);

    /// <summary>Numbers the tensors as it has them, which may have been in another launch.</summary>
    public void NumberTensors()
    {
        foreach ((int index, LaunchTensor tensor) in Tensors.Index())
            tensor.Index = index;
    }

    /// <summary>Checks that the memory is there.</summary>
    /// <exception cref="ObjectDisposedException">A buffer is disposed.</exception>
    public void ThrowIfDisposed()
    {
        foreach (ParameterBuffer buffer in _buffers)
            buffer.ThrowIfDisposed();
    }

    /// <summary>What a pass over the gradients finds before the next step, on devices whose kernels read it; null if there is none.</summary>
    public ArrayView<int>? Verdict { get; set; }

    /// <summary>Makes the rows for a step of all tensors that take part, allocates what it needs, and begins to compile the kernels that are
    /// missing.</summary>
    public void Begin(bool accumulates, Transaction transaction)
    {
        _current = Of(accumulates, transaction);
        _current.Verdict = Verdict;
        (_range, _isOfAll) = (_memory.Range, true);
        if (_current == _last && _participations == Participations)
        {
            if (_bindings != Bindings)
                MoveGradients(_current);
            _current.BeginAgain();
        }
        else
        {
            BeginAnew(_current);
            foreach (LaunchTensor tensor in Tensors)
            {
                if (!tensor.TakesPart)
                    continue;
                tensor.Parameter.AllocateGradient(transaction);
                TakePart(tensor, tensor.Parameter.GradientPlace);
            }
        }

        _current.Prepare(_range);
    }

    /// <summary>Begins a step of some tensors, each of which then takes part by itself.</summary>
    public void BeginSome(bool accumulates, Transaction transaction)
    {
        _current = Of(accumulates, transaction);
        _current.Verdict = Verdict;
        (_range, _isOfAll) = (default, false);
        BeginAnew(_current);
    }

    /// <summary>Lets a tensor take part in a step of some.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="gradient">Where its gradient lies.</param>
    /// <exception cref="ParameterException">It does already.</exception>
    public void Add(LaunchTensor tensor, MemoryPlace gradient)
    {
        if (_current!.TakesPart(tensor.Index))
        {
            throw new ParameterException(
                $"Parameter '{tensor.Parameter.Name}' has two gradients in one step; add them up, or accumulate by two steps.");
        }

        TakePart(tensor, gradient);
        int first = _range.TensorCount == 0 ? tensor.Index : Math.Min(_range.FirstTensor, tensor.Index);
        int end = Math.Max(_range.FirstTensor + _range.TensorCount, tensor.Index + 1);
        _range = _memory.RangeOf(first, end - first);
    }

    /// <summary>Allocates what a step of some needs, and begins to compile the kernels that are missing.</summary>
    public void PrepareSome() => _current!.Prepare(_range);

    /// <summary>Waits for the compiler.</summary>
    public void AwaitKernels() => _current!.AwaitKernels();

    /// <summary>Makes the step that was begun: nothing can fail any more that could before, the options' own code and the compiler.</summary>
    /// <remarks>It counts once <see cref="Count()"/> is called, or never: a device may find out that it is to be skipped.</remarks>
    public void Run()
    {
        _participations = Participations;
        _bindings = Bindings;
        if (_current!.HasRows && _range.TileCount > 0)
            _current.Run();
    }

    /// <summary>Begins to compile the kernels for all tensors' next steps. States may begin in the first of them. The second or the third
    /// is a step like most. When a rule looks ahead, only its options know.</summary>
    /// <param name="accumulates">The kind of steps.</param>
    /// <param name="alone">Whether tensors will be stepped by themselves, too.</param>
    /// <param name="transaction">What undoes it.</param>
    /// <returns>Complete when they are compiled.</returns>
    public Task Prepare(bool accumulates, bool alone, Transaction transaction)
    {
        RuleLaunch<TRule> launch = Of(accumulates, transaction);
        launch.Verdict = Verdict;
        for (int step = 1; step <= 3; step++)
        {
            BeginAnew(launch);
            foreach (LaunchTensor tensor in Tensors)
                launch.TakePart(tensor.Index, launch.RowFor(tensor.Group, tensor.Steps + step, tensor.IsAverageBegun || step > 1));
            launch.Prepare(_memory.Range);
            if (alone && Array.Find(Tensors, tensor => tensor.TileCount > 0) is LaunchTensor some)
                launch.Prepare(_memory.RangeOf(some.Index, 1));
        }

        BeginAnew(launch);
        if (TRule.LooksAhead)
            launch.PrepareFull();
        return launch.WhenCompiled();
    }

    /// <summary>Frees the tables. The states are the schedule's.</summary>
    public void Dispose()
    {
        _updating?.Dispose();
        _accumulating?.Dispose();
    }

    /// <summary>Takes notice of gradients that lie elsewhere than in the last step, in which the same tensors took part.</summary>
    private void MoveGradients(RuleLaunch<TRule> launch)
    {
        foreach (LaunchTensor tensor in Tensors)
        {
            if (!launch.TakesPart(tensor.Index))
                continue;
            _memory.MoveGradient(tensor.Index, tensor.Parameter.GradientPlace);
            launch.MoveGradient(tensor.Index);
        }
    }

    private void TakePart(LaunchTensor tensor, MemoryPlace gradient)
    {
        _memory.Set(tensor.Index, Slot.Gradients, gradient);
        _current!.TakePart(tensor.Index, _current.RowFor(tensor.Group, tensor.Steps + 1, tensor.IsAverageBegun));
    }

    private long SumOf(Func<ParameterBuffer, long> count)
    {
        long sum = 0;
        foreach (ParameterBuffer buffer in _buffers)
            sum += count(buffer);
        return sum;
    }

    private void BeginAnew(RuleLaunch<TRule> launch)
    {
        CountSteps();
        _last = null;
        launch.Begin();
    }

    /// <summary>The launch of a kind, which exists once it was asked for.</summary>
    private RuleLaunch<TRule> Of(bool accumulates, Transaction transaction) =>
        (accumulates ? _accumulating : _updating) ?? Create(accumulates, transaction);

    private RuleLaunch<TRule> Create(bool accumulates, Transaction transaction)
    {
        RuleLaunch<TRule> launch = transaction.Add(LaunchFactory.Create<TRule>(_memory, accumulates));
        launch.Around = _around;
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
