using Optimi.Kernels;

namespace Optimi;

/// <summary>The launch that judges gradients, run by the host: a group's work is one thread's.</summary>
internal sealed class SimulatedJudge
{
    private readonly SimulatedGroups _groups;
    private readonly bool _sharesTensors;
    private readonly Action<int, SharedNumbers> _run;
    private int _count;
    private int _firstPart;
    private int _parts;
    private int _firstTensor;
    private int _tensors;
    private JudgeScalars _scalars;
    private JudgeTables _tables;

    public SimulatedJudge(SimulatedGroups groups, bool sharesTensors)
    {
        _groups = groups;
        _sharesTensors = sharesTensors;
        _run = sharesTensors ? RunGroup<CountedParts> : RunGroup<WholeTensors>;
    }

    /// <summary>Runs as many groups as the device would.</summary>
    public void Run(int firstPart, int parts, int firstTensor, int tensors, JudgeScalars scalars, JudgeTables tables)
    {
        _count = _sharesTensors ? Math.Max(1, parts) : 1;
        (_firstPart, _parts, _firstTensor, _tensors) = (firstPart, parts, firstTensor, tensors);
        (_scalars, _tables) = (scalars, tables);
        _groups.Run(_run, 0, _count);
    }

    private void RunGroup<TParts>(int group, SharedNumbers shared)
        where TParts : ITensorParts => JudgeKernel<TParts>.RunGroup<LoneThread>(
            group, _count, shared.Numbers, shared.Count, _firstPart, _parts, _firstTensor, _tensors, _scalars, _tables);
}
