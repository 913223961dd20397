using Optimi.Kernels;

namespace Optimi;

/// <summary>Tensors that are stepped together: by a launch that updates them, or by one that only accumulates into states.</summary>
/// <remarks>
/// While the same tensors take part in step after step, only the rows of scalars are made anew: tensors, of which there may be
/// thousands, are not looked at, and their steps are counted later.
/// </remarks>
internal sealed class ScheduledLaunch<TRule>(OptimizerMemory memory) : IDisposable
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    private readonly ParameterBuffer _buffer = memory.Tensors[0].Parameter.Buffer;
    private RuleLaunch<TRule>? _updating;
    private RuleLaunch<TRule>? _accumulating;
    private RuleLaunch<TRule>? _last;
    private long _participations;
    private long _uncounted;

    public OptimizerMemory Memory { get; } = memory;

    /// <summary>Steps all tensors that take part.</summary>
    public void Step(bool accumulates)
    {
        RuleLaunch<TRule> launch = Of(accumulates);
        if (launch == _last && _participations == _buffer.Participations)
        {
            launch.Repeat();
            _uncounted++;
        }
        else
        {
            Begin(launch);
            foreach (LaunchTensor tensor in Memory.Tensors)
                TakePart(launch, tensor);
            launch.Prepare();
            Count(launch, 1);
            _last = launch;
            _participations = _buffer.Participations;
        }

        if (launch.HasRows)
            launch.Run(Memory.Range);
    }

    /// <summary>Steps one tensor, if it takes part.</summary>
    public void Step(LaunchTensor tensor, bool accumulates)
    {
        RuleLaunch<TRule> launch = Of(accumulates);
        Begin(launch);
        TakePart(launch, tensor);
        if (!launch.HasRows)
            return;
        launch.Prepare();
        tensor.Steps++;
        launch.Run(tensor.Range);
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

    /// <summary>Counts steps of the tensors that take part; after what may fail: the options' own code, which makes rows, and the
    /// compiler.</summary>
    private void Count(RuleLaunch<TRule> launch, long steps)
    {
        foreach (LaunchTensor tensor in Memory.Tensors)
            tensor.Steps += launch.TakesPart(tensor.Index) ? steps : 0;
    }

    private void Begin(RuleLaunch<TRule> launch)
    {
        CountSteps();
        _last = null;
        launch.Begin();
    }

    /// <summary>The launch of a kind, which exists once it was asked for.</summary>
    private RuleLaunch<TRule> Of(bool accumulates) => accumulates
        ? _accumulating ??= LaunchFactory.Create<TRule>(Memory, accumulates)
        : _updating ??= LaunchFactory.Create<TRule>(Memory, accumulates);
}
