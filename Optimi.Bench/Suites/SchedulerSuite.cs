using System.ComponentModel;
using BenchmarkDotNet.Attributes;

namespace Optimi.Bench;

/// <summary>What a step costs beside its arithmetic.</summary>
[Description("the scheduler alone: a step over 1,000 tensors of one number, and of one of them")]
public class SchedulerSuite : WorkloadSuite
{
    [GlobalSetup]
    public void Setup() => Create("adamw", Storages.First(), [.. Enumerable.Repeat<int[]>([1], 1000)]);

    [Benchmark]
    public void StepOverAll() => Workload.Step(1);

    [Benchmark]
    public void StepOfOneParameter() => Workload.Optimizer.Step(Workload.Parameters[0]);
}
