using Optimi.Kernels;

namespace Optimi;

/// <summary>A launch of one rule: adds the rows of scalars, one for each group and number of steps.</summary>
internal abstract class RuleLaunch<TRule>(LaunchMemory memory) : ForeachLaunch(memory)
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    private readonly Dictionary<(ParameterGroup Group, long Step), int> _rows = [];
    private (ParameterGroup? Group, long Step) _last;
    private int _lastRow;

    /// <summary>Whether the launch only accumulates into states.</summary>
    protected abstract bool Accumulates { get; }

    public override void Begin()
    {
        base.Begin();
        _rows.Clear();
        _last = default;
    }

    /// <summary>Begins a step of the one tensor that there is.</summary>
    public void BeginAlone(RuleOptions<TRule> options, in StepContext context)
    {
        Begin();
        AddRow(0, options.Rule(context), options.Update(context), context.Step == 1);
        SetRow(0, 0);
    }

    /// <summary>The row for a group's tensors in their step of a number.</summary>
    public int RowFor(ParameterGroup group, long step)
    {
        // Tensors of a group follow one another and mostly have taken the same number of steps.
        if (_last == (group, step))
            return _lastRow;
        if (!_rows.TryGetValue((group, step), out int row))
        {
            var context = new StepContext(step, group.Lr, group.MaxLr, Accumulates);
            var options = (RuleOptions<TRule>)group.Options;
            row = _rows.Count;
            AddRow(row, options.Rule(context), options.Update(context), step == 1);
            _rows.Add((group, step), row);
        }

        _last = (group, step);
        return _lastRow = row;
    }

    protected abstract void AddRow(int row, in TRule rule, in UpdateScalars scalars, bool isFirstStep);
}
