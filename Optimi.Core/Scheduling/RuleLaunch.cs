using ILGPU;
using Optimi.Kernels;

namespace Optimi;

/// <summary>A launch of one rule: makes the rows of scalars, one for each group and number of steps.</summary>
/// <param name="memory">What it steps.</param>
/// <param name="accumulates">Whether it only accumulates into states.</param>
internal abstract class RuleLaunch<TRule>(LaunchMemory memory, bool accumulates) : ForeachLaunch(memory)
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
{
    /// <summary>Rows for which there is room at first.</summary>
    protected const int InitialRows = 16;

    private readonly Dictionary<(ParameterGroup Group, long Step, bool BeginsAverage), int> _rowOf = [];
    private readonly List<(ParameterGroup Group, long Step, bool BeginsAverage)> _rows = [];

    /// <summary>What steps do around the rule.</summary>
    public StepSurroundings Around { get; set; } = new();

    /// <summary>What a pass over the gradients finds before the step, on devices whose kernels read it; null if there is none.</summary>
    public ArrayView<int>? Verdict { get; set; }

    /// <summary>Whether any tensor takes part.</summary>
    public bool HasRows => _rows.Count > 0;

    /// <summary>Whether it averages the parameters that it updates.</summary>
    public bool Averages => Memory.Layout.Averaged && !accumulates;

    /// <summary>Whether a pass that measures, and the sums of it, come before the one that updates parameters.</summary>
    protected bool IsInTwoPasses => TRule.Measures && !accumulates;

    public override void Begin()
    {
        base.Begin();
        _rowOf.Clear();
        _rows.Clear();
    }

    /// <summary>Begins a step of the one tensor that there is.</summary>
    public void BeginAlone(RuleOptions<TRule> options, in StepContext context)
    {
        Begin();
        AddRow(0, options.Rule(context), options.ScalarsOf(context), context.Step == 1, SurroundingScalars.None);
        TakePart(0, 0);
        Prepare(Memory.Range);
        AwaitKernels();
    }

    /// <summary>Begins a pass in which all tensors have the same scalars, in row 0.</summary>
    public void BeginAlike(in TRule rule)
    {
        Begin();
        SetAlike(rule);
    }

    /// <summary>Sets these scalars anew, for the tensors that took part in the last pass.</summary>
    public void SetAlike(in TRule rule) => AddRow(0, rule, default, isFirstStep: false, SurroundingScalars.None);

    /// <summary>Makes the rows for a further step of the tensors that took part in the last one.</summary>
    public void BeginAgain()
    {
        for (int row = 0; row < _rows.Count; row++)
            AddRow(row, _rows[row].Group, _rows[row].Step + 1, beginsAverage: false);
    }

    /// <summary>Counts the further step, once nothing can fail any more.</summary>
    public void CountAgain()
    {
        for (int row = 0; row < _rows.Count; row++)
            _rows[row] = (_rows[row].Group, _rows[row].Step + 1, false);
    }

    /// <summary>The row for a group's tensors in their step of a number.</summary>
    /// <param name="group">The group.</param>
    /// <param name="step">The step, from 1.</param>
    /// <param name="isAverageBegun">Whether the tensors' averages have begun, if there are any.</param>
    public int RowFor(ParameterGroup group, long step, bool isAverageBegun)
    {
        bool beginsAverage = Averages && !isAverageBegun;
        // Tensors of a group follow one another and mostly have taken the same number of steps.
        if (_rows.Count > 0 && _rows[^1] == (group, step, beginsAverage))
            return _rows.Count - 1;
        if (!_rowOf.TryGetValue((group, step, beginsAverage), out int row))
        {
            row = _rows.Count;
            AddRow(row, group, step, beginsAverage);
            _rows.Add((group, step, beginsAverage));
            _rowOf.Add((group, step, beginsAverage), row);
        }

        return row;
    }

    protected abstract void AddRow(int row, in TRule rule, in UpdateScalars scalars, bool isFirstStep, in SurroundingScalars around);

    private void AddRow(int row, ParameterGroup group, long step, bool beginsAverage)
    {
        var context = new StepContext(step, group.Lr, group.MaxLr, accumulates);
        var options = (RuleOptions<TRule>)group.Options;
        AddRow(row, options.Rule(context), options.ScalarsOf(context), step == 1, Around.Scalars with { BeginsAverage = beginsAverage });
    }
}
