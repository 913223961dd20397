using Optimi.Kernels;

namespace Optimi;

/// <summary>A launch whose rows have their final form.</summary>
internal abstract class AppliedLaunch<TRule, TApply, TPass>(LaunchMemory memory) : RuleLaunch<TRule>(memory)
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
    where TPass : IPass
{
    private const int InitialRows = 16;

    /// <summary>Whether the pass is the second of two: then a <see cref="MeasurePass"/> and the sums come before it.</summary>
    protected static bool IsSecondPass => !TPass.UpdatesStates;

    protected override bool Accumulates => !TPass.UpdatesParameters;

    /// <summary>The terms of each row of this step.</summary>
    protected List<Terms> TermsOfRows { get; } = [];

    /// <summary>The rows of this step; never moved by the garbage collector.</summary>
    protected Row<ScalarLane, TRule, TApply>[] Rows { get; private set; } = NewRows(memory.Device, InitialRows);

    public override void Begin()
    {
        base.Begin();
        TermsOfRows.Clear();
    }

    protected override void AddRow(int row, in TRule rule, in UpdateScalars scalars, bool isFirstStep)
    {
        if (row == Rows.Length)
        {
            Row<ScalarLane, TRule, TApply>[] larger = NewRows(Device, 2 * Rows.Length);
            Rows.CopyTo(larger, 0);
            Rows = larger;
        }

        Terms terms = RowTerms.Of<TRule, TPass>(rule, scalars, isFirstStep);
        if (row == TermsOfRows.Count)
            TermsOfRows.Add(terms);
        else
            TermsOfRows[row] = terms;
        Rows[row] = Row<ScalarLane, TRule, TApply>.Of(rule, scalars, isFirstStep);
    }

    private static Row<ScalarLane, TRule, TApply>[] NewRows(ComputeDevice device, int count) =>
        device.Allocator.AllocateManaged<Row<ScalarLane, TRule, TApply>>(count, isPinned: true);
}
