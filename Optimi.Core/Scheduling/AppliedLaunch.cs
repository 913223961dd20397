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

    /// <summary>The rows of this step; never moved by the garbage collector.</summary>
    protected Row<ScalarLane, TRule, TApply>[] Rows { get; private set; } = NewRows(InitialRows);

    protected override void AddRow(int row, in TRule rule, in UpdateScalars scalars, bool isFirstStep)
    {
        if (row == Rows.Length)
        {
            Row<ScalarLane, TRule, TApply>[] larger = NewRows(2 * Rows.Length);
            Rows.CopyTo(larger, 0);
            Rows = larger;
        }

        Rows[row] = new() { Rule = rule, Apply = TApply.From(scalars), IsFirstStep = isFirstStep ? 1 : 0 };
    }

    private static Row<ScalarLane, TRule, TApply>[] NewRows(int count) =>
        GC.AllocateArray<Row<ScalarLane, TRule, TApply>>(count, pinned: true);
}
