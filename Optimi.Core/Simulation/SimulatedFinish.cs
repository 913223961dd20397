using Optimi.Kernels;

namespace Optimi;

/// <summary>The launch between the two passes of a rule that measures, run by the host: a group's work is one thread's.</summary>
internal sealed class SimulatedFinish<TRule, TApply>
    where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    where TApply : unmanaged, IApply<TApply, ScalarLane>
{
    private readonly SimulatedGroups _groups;
    private readonly Action<int, SharedNumbers> _run;
    private LaunchTables<Row<ScalarLane, TRule, TApply>> _first;
    private MeasureTables _measures;
    private FinishTables _finish;
    private LaunchTables<Row<ScalarLane, TRule, TApply>> _second;

    public SimulatedFinish(SimulatedGroups groups, bool sharesTensors)
    {
        _groups = groups;
        _run = sharesTensors ? RunPart<CountedParts> : RunPart<WholeTensors>;
    }

    /// <summary>Runs a group for each part.</summary>
    public void Run(
        int firstPart,
        int parts,
        LaunchTables<Row<ScalarLane, TRule, TApply>> first,
        MeasureTables measures,
        FinishTables finish,
        LaunchTables<Row<ScalarLane, TRule, TApply>> second)
    {
        (_first, _measures, _finish, _second) = (first, measures, finish, second);
        _groups.Run(_run, firstPart, parts);
    }

    private void RunPart<TParts>(int part, SharedNumbers shared)
        where TParts : ITensorParts
    {
        FinishKernel<TRule, TApply, TParts>.RunGroup<LoneThread>(
            part, shared.Numbers, shared.Count, _first, _measures, _finish, _second);
    }
}
